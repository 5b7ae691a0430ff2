// Whoever logs out takes their lists off this device; entries that were not sent stay, and the person is told.
import * as store from "./store.js";

export const guardLeaving = () => {
  for (const form of document.querySelectorAll("form[data-leave]")) {
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const n = await store.queue().then((entries) => entries.length, () => 0);
      if (n && !window.confirm(form.dataset.leave.replace("{n}", n))) return;
      await store.forgetLists().catch(() => null); // a browser without storage has nothing to forget
      form.submit();
    });
  }
};
