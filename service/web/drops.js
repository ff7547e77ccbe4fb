/** Takes files that are dropped anywhere on a page; `allowed()` says whether they may be added now. */
export function takeDrops(target, allowed, take) {
  const holdsFiles = (event) => event.dataTransfer?.types.includes("Files") && allowed();
  const mark = (event, on) => {
    if (!holdsFiles(event)) return;
    // Without this the browser would open the file in the place of the page.
    event.preventDefault();
    document.body.classList.toggle("dropping", on);
  };
  target.addEventListener("dragover", (event) => mark(event, true));
  target.addEventListener("dragleave", (event) => event.relatedTarget === null && mark(event, false));
  target.addEventListener("drop", (event) => {
    mark(event, false);
    if (holdsFiles(event)) take([...event.dataTransfer.files]);
  });
}
