// Forms: what was typed is not lost, and nothing is sent twice. Every form works without this, too.

const cookie = (name) =>
  document.cookie.split("; ").find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1);

const dirty = new Set();
const isGuarded = (form) => form instanceof HTMLFormElement && form.method === "post" && !("noGuard" in form.dataset);

document.addEventListener("input", (event) => {
  const form = event.target.form;
  if (isGuarded(form)) dirty.add(form);
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post") return;
  // Signing in again in another tab renews the token; the form that waits here stays good.
  const token = form.querySelector("input[name=csrfmiddlewaretoken]");
  const current = cookie("csrftoken");
  if (token && current) token.value = current;
  if (event.defaultPrevented) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "1";
  setTimeout(() => delete form.dataset.sent, 4000);
  dirty.delete(form);
});

document.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.successful && event.detail.requestConfig?.verb !== "get") dirty.delete(event.detail.elt.closest("form"));
});

window.addEventListener("beforeunload", (event) => {
  for (const form of dirty) if (!form.isConnected) dirty.delete(form);
  if (dirty.size) event.preventDefault();
});

window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

document.querySelector("[data-focus]")?.focus();
