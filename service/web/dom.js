/** Makes an element; strings and numbers among the children become text nodes, nulls are left out. */
export function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined) node.setAttribute(name, value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return node;
}

/** Makes a button that does something when pressed. */
export function button(attributes, onPress, ...children) {
  const node = element("button", { type: "button", ...attributes }, ...children);
  node.addEventListener("click", () => onPress(node));
  return node;
}

/** A number with its noun: "1 article", "12,040 articles". */
export function count(number, noun) {
  return `${number.toLocaleString("en-GB")} ${noun}${number === 1 ? "" : "s"}`;
}
