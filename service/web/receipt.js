import { answerAddress, conversationAddress } from "./address.js";
import { REFERENCES, copyButton, sheetOf, written } from "./copying.js";
import { button, element } from "./dom.js";
import { searchedLine } from "./evidence.js";
import { Feedback } from "./feedback.js";
import { withReferences } from "./references.js";

/** What stands below a whole answer: to take it along, to find it again, to say what one thinks of it. */
export function receiptNodes(answer, announce, words, { alone = false } = {}) {
  if (answer.plan?.intent === "small_talk") return [];
  const proved = answer.citations.length > 0;
  return [
    element(
      "div",
      { class: "take" },
      proved ? copyButton("Copy with references", () => withReferences(answer, words), announce) : null,
      copyButton("Copy as Markdown", () => written(answer.id, "markdown"), announce),
      ...(proved ? REFERENCES.map(([form, label]) => copyButton(label, () => written(answer.id, form), announce)) : []),
      element("a", { href: `${sheetOf(answer.id)}?format=html`, target: "_blank", rel: "noopener" }, "Evidence sheet", opensElsewhere()),
      alone
        ? element("a", { href: conversationAddress(answer.conversation_id) }, "The whole conversation")
        : element("a", { href: answerAddress(answer.id) }, "Link to this answer"),
    ),
    new Feedback(answer.id, answer.feedback, announce).node,
    element("p", { class: "receipt" }, receiptLine(answer, words)),
  ];
}

function opensElsewhere() {
  return element("span", { class: "unseen" }, " (opens in a new tab)");
}

function receiptLine({ status, searched, timings_ms: timings, asked, answerer }, words) {
  return [
    searched && status !== "not_in_archive" ? searchedLine(searched, words).replace(/[.]$/, "") : null, // a refusal says it at its head
    timings?.total ? words.tell("answered in {seconds} s", { seconds: (timings.total / 1000).toFixed(1) }) : null,
    answerer?.includes("/") ? `written by ${answerer}` : null, // which a language model is named with
    asked ? `asked on ${words.day(asked)}` : null,
  ]
    .filter(Boolean)
    .join(" · ");
}
