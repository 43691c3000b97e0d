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

const say = (template) => {
  const words = document.querySelector(`template[data-say="${template}"]`);
  const messages = document.getElementById("messages");
  if (words && messages) messages.replaceChildren(words.content.cloneNode(true));
};

document.addEventListener("htmx:responseError", (event) => say(event.detail.xhr.status === 403 ? "refused" : "failed"));
document.addEventListener("htmx:sendError", () => say("offline"));
document.addEventListener("htmx:beforeRequest", () => document.getElementById("messages")?.replaceChildren());
