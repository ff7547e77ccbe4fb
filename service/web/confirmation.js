import { button, element } from "./dom.js";

/** Asks the reader before something that cannot be undone; resolves to whether to go on. */
export function confirmed(dialog, question, action) {
  const keep = button({}, () => dialog.close(""), "Keep it");
  const go = button({ class: "danger" }, () => dialog.close("yes"), action);
  dialog.replaceChildren(
    element("p", { id: "confirm-question" }, question),
    element("div", { class: "choices" }, keep, go),
  );
  // Escape closes a dialog without setting the value.
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}
