from django.urls import path

from kaoqin.approvals import delegation_views, flow_views, views

app_name = "approvals"
urlpatterns = [
    path("approvals/", views.waiting, name="waiting"),
    path("approvals/decide/", views.decide_many, name="decide_many"),
    path("approvals/handled/", views.handled, name="handled"),
    path("approvals/delegations/", delegation_views.delegations, name="delegations"),
    path("approvals/delegations/new/", delegation_views.new_delegation, name="new_delegation"),
    path("approvals/delegations/<int:delegation_id>/end/", delegation_views.end, name="end_delegation"),
    path("requests/", views.own, name="own"),
    path("requests/new/", views.new, name="new"),
    path("requests/all/", views.everybody, name="everybody"),
    path("requests/<int:request_id>/", views.request_page, name="request"),
    path("requests/<int:request_id>/decide/", views.decide, name="decide"),
    path("requests/<int:request_id>/add/", views.add, name="add"),
    path("requests/<int:request_id>/hand-over/", views.hand_over, name="hand_over"),
    path("requests/<int:request_id>/comment/", views.comment, name="comment"),
    path("requests/<int:request_id>/attach/", views.attach, name="attach"),
    path("requests/<int:request_id>/withdraw/", views.withdraw, name="withdraw"),
    path("requests/<int:request_id>/remind/", views.remind, name="remind"),
    path("requests/<int:request_id>/undo/", views.undo, name="undo"),
    path("requests/files/<int:file_id>/", views.file, name="file"),
    path("flows/", flow_views.flows, name="flows"),
    path("flows/new/", flow_views.new, name="new_flow"),
    path("flows/try/", flow_views.dry_run, name="try_flows"),
    path("flows/<int:flow_id>/", flow_views.flow, name="flow"),
    path("flows/<int:flow_id>/settings/", flow_views.settings, name="flow_settings"),
    path("flows/<int:flow_id>/steps/", flow_views.add_step, name="add_step"),
    path("flows/<int:flow_id>/steps/<int:place>/", flow_views.step, name="step"),
    path("flows/<int:flow_id>/steps/<int:place>/raise/", flow_views.raise_step, name="raise_step"),
    path("flows/<int:flow_id>/steps/<int:place>/drop/", flow_views.drop_step, name="drop_step"),
    path("flows/<int:flow_id>/publish/", flow_views.publish, name="publish_flow"),
    path("flows/<int:flow_id>/discard/", flow_views.discard, name="discard_draft"),
    path("flows/<int:flow_id>/close/", flow_views.close, name="close_flow"),
    path("flows/<int:flow_id>/raise/", flow_views.raise_flow, name="raise_flow"),
]
