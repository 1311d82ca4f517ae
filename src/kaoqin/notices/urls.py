from django.urls import path

from kaoqin.notices import announcement_views, channel_views, views

app_name = "notices"
urlpatterns = [
    path("notices/", views.inbox, name="inbox"),
    path("notices/read/", views.read_all, name="read_all"),
    path("notices/<int:notice_id>/", views.open_notice, name="open"),
    path("notices/<int:notice_id>/read/", views.read, name="read"),
    path("me/notices/", views.preferences, name="preferences"),
    path("me/notices/test/", views.test_own, name="test_own"),
    path("me/notices/browsers/", views.subscribe, name="subscribe"),
    path("me/notices/browsers/<int:subscription_id>/end/", views.unsubscribe, name="unsubscribe"),
    path("notices/channels/", channel_views.channels, name="channels"),
    path("notices/channels/mail/test/", channel_views.test_mail, name="test_mail"),
    path("notices/company/", channel_views.company, name="company"),
    path("notices/bots/new/", channel_views.bot, name="new_bot"),
    path("notices/bots/<int:bot_id>/", channel_views.bot, name="bot"),
    path("notices/bots/<int:bot_id>/test/", channel_views.test_bot, name="test_bot"),
    path("notices/bots/<int:bot_id>/active/", channel_views.switch_bot, name="switch_bot"),
    path("notices/deliveries/", channel_views.deliveries, name="deliveries"),
    path("notices/deliveries/again/", channel_views.again, name="all_again"),
    path("notices/deliveries/<int:delivery_id>/again/", channel_views.again, name="again"),
    path("announcements/", announcement_views.own, name="announcements"),
    path("announcements/all/", announcement_views.everything, name="all_announcements"),
    path("announcements/new/", announcement_views.new, name="new_announcement"),
    path("announcements/<int:announcement_id>/", announcement_views.announcement, name="announcement"),
    path("announcements/<int:announcement_id>/confirm/", announcement_views.confirm, name="confirm"),
    path("announcements/<int:announcement_id>/withdraw/", announcement_views.withdraw, name="withdraw"),
    path("announcements/<int:announcement_id>/readers/", announcement_views.readers, name="readers"),
]
