import { button } from "./dom.js";
import { copyText, withQuote } from "./references.js";
import { problemText, request } from "./requests.js";

const SHOWN_MS = 2500;

/** The forms in which a reference manager takes references. */
export const REFERENCES = [
  ["bibtex", "BibTeX"],
  ["ris", "RIS"],
  ["csl-json", "CSL-JSON"],
];

/** Where the evidence sheet of an answer is. */
export function sheetOf(answerId) {
  return `/v1/answers/${encodeURIComponent(answerId)}/evidence`;
}

/** The sheet in a form, or what it says of one quote alone. */
export async function written(answerId, form, number) {
  const one = number ? `&citation=${number}` : "";
  return (await request(`${sheetOf(answerId)}?format=${form}${one}`)).text();
}

/** Buttons that copy one quote of a kept answer, in each form; none for what no answer cites. */
export function copiesOf(citation, announce) {
  const { answer_id: answer, number } = citation;
  if (!answer || !citation.quote) return [];
  const forms = [["markdown", "Markdown"], ...REFERENCES];
  return [
    copyButton("Copy the quote", () => withQuote(citation), announce),
    ...forms.map(([form, label]) => copyButton(label, () => written(answer, form, number), announce, `Copy the quote as ${label}`)),
  ];
}

/** A button that copies what is written when it is pressed, and says whether that worked. */
export function copyButton(label, write, announce, name = label) {
  return button({ class: "quiet", "aria-label": name }, async (node) => {
    const told = await copied(write);
    node.textContent = told;
    node.setAttribute("aria-label", told);
    announce(told);
    setTimeout(() => {
      node.textContent = label;
      node.setAttribute("aria-label", name);
    }, SHOWN_MS);
  }, label);
}

async function copied(write) {
  try {
    return (await copyText(await write())) ? "Copied" : "Copying was refused";
  } catch (problem) {
    return problemText(problem);
  }
}
