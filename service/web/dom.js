const SVG = "http://www.w3.org/2000/svg";

/** Makes an element; strings and numbers among the children become text nodes, nulls are left out. */
export function element(tag, attributes = {}, ...children) {
  return filled(document.createElement(tag), attributes, children);
}

/** Makes an element of a drawing, as `element` makes one of the page. */
export function drawn(tag, attributes = {}, ...children) {
  return filled(document.createElementNS(SVG, tag), attributes, children);
}

/** Makes a button that does something when pressed. */
export function button(attributes, onPress, ...children) {
  const node = element("button", { type: "button", ...attributes }, ...children);
  node.addEventListener("click", () => onPress(node));
  return node;
}

/** Makes a control with its label in front; the label names it to a screen reader too. */
export function labelled(label, control) {
  return element("label", { class: "field" }, element("span", {}, label), control);
}

/** Makes a list to choose one from, of `[value, label]` pairs. */
export function choice(name, options, chosen = "") {
  const nodes = options.map(([value, label]) => element("option", { value }, label));
  const node = element("select", { name }, nodes);
  node.value = chosen;
  return node;
}

/** Moves an element to a place that its style sheet reckons from numbers; the page's policy lets no style attribute in. */
export function placed(node, numbers) {
  for (const [name, value] of Object.entries(numbers)) node.style.setProperty(`--${name}`, value);
  return node;
}

/** A number with its noun: "1 article", "12,040 articles". */
export function count(number, noun) {
  return `${number.toLocaleString("en-GB")} ${noun}${number === 1 ? "" : "s"}`;
}

function filled(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined) node.setAttribute(name, value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return node;
}
