// The demand's form: asks before one leaves with something unsaved, and keeps the spec table from changing
// under the hands of the person who types in it. The form works without this, too.

const form = document.querySelector("form[data-editor]");
const text = form?.querySelector("textarea[name=text]");
let unsaved = false;
let sending = false;

const typing = () => {
  const field = document.activeElement;
  return field?.closest("#specs") && field.matches("input") && field.value !== field.defaultValue;
};

if (form) {
  form.addEventListener("input", () => (unsaved = true));
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
    if (!event.detail.successful) answer?.replaceChildren(); // it said that all is saved; why it is not is said above
  });

  // A table found in the text waits until the row that someone is typing in is left.
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.target?.id !== "specs" || event.detail.requestConfig.elt !== text || !typing()) return;
    event.detail.shouldSwap = false;
    document.activeElement.addEventListener("blur", () => text.dispatchEvent(new Event("refresh-specs")), { once: true });
  });
}
