// The review form: a click on a level fills in its mark, "not applicable" rests the mark, and one is asked before
// leaving with something unsaved. The form works without this, too.

const form = document.querySelector("form[data-review]");
let unsaved = false;
let sending = false;

const rest = (box) => {
  const mark = document.getElementById(box.dataset.rests);
  if (!mark) return;
  mark.readOnly = box.checked;
  box.closest(".criterion")?.classList.toggle("criterion--rests", box.checked);
};

const showChosen = () => {
  for (const button of form.querySelectorAll("button[data-mark]")) {
    const mark = document.getElementById(button.dataset.for);
    const same = mark && mark.value !== "" && Number(mark.value) === Number(button.dataset.mark);
    button.setAttribute("aria-pressed", same ? "true" : "false");
  }
};

if (form) {
  for (const box of form.querySelectorAll("input[data-rests]")) rest(box);
  showChosen();

  form.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-mark]");
    if (!button) return;
    const mark = document.getElementById(button.dataset.for);
    if (mark.readOnly) return;
    mark.value = button.dataset.mark;
    mark.dispatchEvent(new Event("input", { bubbles: true }));
  });
  form.addEventListener("change", (event) => {
    if (event.target.matches("input[data-rests]")) rest(event.target);
  });
  form.addEventListener("input", () => {
    unsaved = true;
    showChosen();
  });
  form.addEventListener("submit", () => (sending = true));
  window.addEventListener("pageshow", () => (sending = false));
  window.addEventListener("beforeunload", (event) => {
    if (unsaved && !sending) event.preventDefault();
  });

  // What was typed after the request left is not in its answer.
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.detail.elt.id === "saved") unsaved = false;
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.elt.id !== "saved") return;
    const answer = document.getElementById("saved");
    if (!event.detail.successful || !answer?.hasAttribute("data-saved")) unsaved = true;
  });
}
