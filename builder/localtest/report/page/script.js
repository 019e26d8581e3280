"use strict";
(() => {
  const told = document.getElementById("told");
  const select = (element) => {
    const range = document.createRange();
    range.selectNodeContents(element);
    const selection = window.getSelection();
    selection.removeAllRanges();
    selection.addRange(range);
  };
  const copy = async (button) => {
    const from = document.getElementById(button.dataset.from);
    let done = false;
    try {
      await navigator.clipboard.writeText(from.textContent);
      done = true;
    } catch {
      select(from);
      done = document.execCommand("copy");
      button.focus();
    }
    button.textContent = done ? "Copied" : "Select it";
    told.textContent = done ? "Copied " + from.textContent : "It is selected: copy it";
    setTimeout(() => { button.textContent = "Copy"; }, 2000);
  };
  for (const button of document.querySelectorAll("button.copy")) {
    button.hidden = false;
    button.addEventListener("click", () => copy(button));
  }
})();
