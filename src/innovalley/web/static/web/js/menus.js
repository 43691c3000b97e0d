// Menus are <details>; this closes them on Escape, on a click outside, and when another opens.

const open = () => document.querySelectorAll("details.menu[open]");

document.addEventListener("click", (event) => {
  for (const menu of open()) if (!menu.contains(event.target)) menu.open = false;
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of open()) {
    menu.open = false;
    if (menu.contains(document.activeElement)) menu.querySelector("summary").focus();
  }
});

// "/" goes to the search box, as on most sites where people look things up.
document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.target.closest("input, textarea, select, [contenteditable]")) return;
  const box = [...document.querySelectorAll("main input[type=search], .quick input")].find((each) => each.offsetParent);
  if (box) {
    event.preventDefault();
    box.focus();
  }
});

const copyButtons = () => document.querySelectorAll("button[data-copy][hidden]");
const showCopyButtons = () => {
  if (navigator.clipboard) for (const button of copyButtons()) button.hidden = false;
};
showCopyButtons();
document.addEventListener("htmx:load", showCopyButtons);
document.addEventListener("click", async (event) => {
  const button = event.target.closest("button[data-copy]");
  if (!button) return;
  await navigator.clipboard.writeText(button.dataset.copy);
  button.dataset.copied = "1";
  setTimeout(() => delete button.dataset.copied, 1500);
});
