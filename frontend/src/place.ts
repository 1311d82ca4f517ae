// The form of a place: fill in where this browser is, in the datum browsers tell, or where an address was found.
const form = document.querySelector<HTMLFormElement>("[data-place]");
const button = form?.querySelector<HTMLButtonElement>("[data-here]");
const said = form?.querySelector<HTMLElement>("[data-said]");

/** The map beside the form hears of it. */
function put(of: HTMLFormElement, told: Record<"latitude" | "longitude" | "datum", string>): void {
  for (const [name, value] of Object.entries(told)) (of.elements.namedItem(name) as HTMLInputElement).value = value;
  of.dispatchEvent(new Event("located"));
}

function fill(of: HTMLFormElement, { coords }: GeolocationPosition): void {
  put(of, { latitude: coords.latitude.toFixed(6), longitude: coords.longitude.toFixed(6), datum: "wgs84" });
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

/** An address was found: what the server says of it stands beside the address. */
document.addEventListener("htmx:afterSwap", ({ target }) => {
  const found = (target as HTMLElement).querySelector<HTMLElement>("[data-found-place]");
  if (!form || !found) return;
  const { latitude, longitude, datum, exact } = found.dataset as Record<string, string>;
  put(form, { latitude: latitude!, longitude: longitude!, datum: datum! });
  const sure = form.elements.namedItem("exact") as HTMLInputElement | null;
  if (sure) sure.checked = exact === "1";
});

export {};
