import { answerAddress, conversationAddress } from "./address.js";
import { longDate } from "./dates.js";
import { button, element } from "./dom.js";
import { searchedLine } from "./evidence.js";
import { Feedback } from "./feedback.js";
import { copyText, withReferences } from "./references.js";
import { problemText, request } from "./requests.js";

const SHOWN_MS = 2500;
const REFERENCES = [
  ["bibtex", "BibTeX"],
  ["ris", "RIS"],
  ["csl-json", "CSL-JSON"],
];

/** What stands below a whole answer: to take it along, to find it again, to say what one thinks of it. */
export function receiptNodes(answer, announce, { alone = false } = {}) {
  const sheet = `/v1/answers/${encodeURIComponent(answer.id)}/evidence`;
  const proved = answer.citations.length > 0;
  return [
    element(
      "div",
      { class: "take" },
      proved ? copyButton("Copy with references", () => withReferences(answer), announce) : null,
      copyButton("Copy as Markdown", () => written(sheet, "markdown"), announce),
      ...(proved ? REFERENCES.map(([form, label]) => copyButton(label, () => written(sheet, form), announce)) : []),
      element("a", { href: `${sheet}?format=html`, target: "_blank", rel: "noopener" }, "Evidence sheet", opensElsewhere()),
      alone
        ? element("a", { href: conversationAddress(answer.conversation_id) }, "The whole conversation")
        : element("a", { href: answerAddress(answer.id) }, "Link to this answer"),
    ),
    new Feedback(answer.id, answer.feedback, announce).node,
    element("p", { class: "receipt" }, receiptLine(answer)),
  ];
}

async function written(sheet, form) {
  return (await request(`${sheet}?format=${form}`)).text();
}

function copyButton(label, write, announce) {
  return button({ class: "quiet" }, async (node) => {
    const told = await copied(write);
    node.textContent = told;
    announce(told);
    setTimeout(() => (node.textContent = label), SHOWN_MS);
  }, label);
}

async function copied(write) {
  try {
    return (await copyText(await write())) ? "Copied" : "Copying was refused";
  } catch (problem) {
    return problemText(problem);
  }
}

function opensElsewhere() {
  return element("span", { class: "unseen" }, " (opens in a new tab)");
}

function receiptLine({ searched, timings_ms: timings, asked, answerer }) {
  return [
    searched ? searchedLine(searched) : null,
    timings?.total ? `answered in ${(timings.total / 1000).toFixed(1)} s` : null,
    answerer && answerer !== "quotes" ? `written by ${answerer}` : null,
    asked ? `asked on ${longDate(asked)}` : null,
  ]
    .filter(Boolean)
    .join(" · ");
}
