// The form of a place: fill in where this browser is, in the datum browsers tell.
const form = document.querySelector<HTMLFormElement>("[data-place]");
const button = form?.querySelector<HTMLButtonElement>("[data-here]");
const said = form?.querySelector<HTMLElement>("[data-said]");

function fill(of: HTMLFormElement, { coords }: GeolocationPosition): void {
  const told = { latitude: coords.latitude.toFixed(6), longitude: coords.longitude.toFixed(6), datum: "wgs84" };
  for (const [name, value] of Object.entries(told)) (of.elements.namedItem(name) as HTMLInputElement).value = value;
  if (said) said.textContent = said.dataset.found!.replace("{metres}", String(Math.round(coords.accuracy)));
}

if (form && button && "geolocation" in navigator) {
  button.hidden = false;
  button.addEventListener("click", () =>
    navigator.geolocation.getCurrentPosition(
      (found) => fill(form, found),
      () => said && (said.textContent = said.dataset.failed!),
      { enableHighAccuracy: true, timeout: 15_000 },
    ),
  );
}

export {};
