// Kith's own script: pop-ups, focus after them, and what must not stay on the screen. Everything works without it.
{
  const dialog = document.getElementById("dialog");
  let opener = "";

  addEventListener("click", (event) => {
    const menu = event.target.closest("details.menu");
    document.querySelectorAll("details.menu[open]").forEach((open) => open !== menu && open.removeAttribute("open"));
    const link = event.target.closest("[data-hx-target='#dialog']");
    if (link) opener = link.id;
    if (event.target.closest("dialog [data-close]")) {
      event.preventDefault();
      dialog.close();
    }
  });

  addEventListener("focusin", (event) => {
    document.querySelectorAll("details.menu[open]").forEach((open) => open.contains(event.target) || open.removeAttribute("open"));
  });

  addEventListener("keydown", (event) => {
    const menu = event.key === "Escape" && document.querySelector("details.menu[open]");
    if (menu) {
      menu.removeAttribute("open");
      menu.querySelector("summary").focus();
    }
  });

  document.addEventListener("htmx:before:swap", ({ detail: { ctx } }) => {
    ctx.popUp = dialog.contains(typeof ctx.target === "string" ? document.querySelector(ctx.target) : ctx.target);
  });

  document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
    if (!ctx.popUp) {
      dialog.close();
      // What was pressed may be gone: who works by keyboard goes on in the page, not before it.
      if (document.activeElement === document.body) document.getElementById("main").focus({ preventScroll: true });
      return;
    }
    dialog.setAttribute("aria-labelledby", "dialog-title");
    if (!dialog.open) dialog.showModal();
    (dialog.querySelector("#errors") || dialog.querySelector("[autofocus]"))?.focus();
  });

  // Escape closes a pop-up, but not over a text that somebody has been writing: Cancel does.
  dialog.addEventListener("cancel", (event) => {
    if ([...dialog.querySelectorAll("textarea")].some((text) => text.value !== text.defaultValue)) event.preventDefault();
  });

  dialog.addEventListener("close", () => {
    dialog.replaceChildren();
    const link = document.getElementById(opener);
    (link?.closest("details.menu:not([open])")?.querySelector("summary") || link || document.getElementById("main")).focus();
  });

  // A page kept for the Back button must not outlive its session: hide it when it is left, load it anew when it returns.
  addEventListener("pagehide", () => document.documentElement.setAttribute("hidden", ""));
  addEventListener("pageshow", (event) => event.persisted && location.reload());

  const idle = Number(document.body.dataset.idle);
  if (idle) setTimeout(() => document.getElementById("idle").removeAttribute("hidden"), (idle - 120) * 1000);
}
