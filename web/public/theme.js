// A file of its own, so that a strict content security policy needs no exception for inline scripts.
(function () {
  var choice = null;
  try {
    choice = localStorage.getItem("nightjar.theme");
  } catch {
    // Storage may be forbidden: then the system's theme applies.
  }
  var dark = choice === "dark" || (choice !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.classList.toggle("dark", dark);
})();
