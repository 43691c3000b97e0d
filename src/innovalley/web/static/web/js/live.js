// Parts of a page that htmx brings: short addresses, and a word when something goes wrong.

document.addEventListener("htmx:configRequest", (event) => {
  const { elt, parameters, verb, headers } = event.detail;
  if (verb === "get") {
    const form = elt.closest("form[data-drop-empty]");
    if (form) for (const name of [...parameters.keys()]) if (parameters.get(name) === "") parameters.delete(name);
    return;
  }
  const token = document.cookie.split("; ").find((pair) => pair.startsWith("csrftoken="));
  if (token) headers["X-CSRFToken"] = token.slice("csrftoken=".length);
});

// The plain form does the same when it is sent without htmx.
document.addEventListener("formdata", (event) => {
  if (!("dropEmpty" in event.target.dataset)) return;
  for (const [name, value] of [...event.formData.entries()]) if (value === "") event.formData.delete(name);
});

const unsay = () => document.querySelectorAll("#messages > [data-said]").forEach((said) => said.remove());
const say = (template) => {
  const words = document.querySelector(`template[data-say="${template}"]`);
  const messages = document.getElementById("messages");
  if (!words || !messages) return;
  unsay();
  const said = document.createElement("div");
  said.dataset.said = template;
  said.append(words.content.cloneNode(true));
  messages.append(said);
};

document.addEventListener("htmx:responseError", (event) => say(event.detail.xhr.status === 403 ? "refused" : "failed"));
document.addEventListener("htmx:sendError", () => say("offline"));
document.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.successful) unsay();
});

// Who cannot see the list change hears how many entries it has now.
document.addEventListener("htmx:afterSettle", () => {
  const status = document.querySelector("[data-announce]");
  const now = document.querySelector("#results [data-total], #results .empty__title");
  if (status && now && status.textContent !== now.textContent) status.textContent = now.textContent;
});
