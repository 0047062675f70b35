// The box for a question of one's own shows when it is chosen; without JavaScript it is always there.
for (const select of document.querySelectorAll("select[name^='question_']")) {
  const box = document.getElementById(select.id.replace("question_", "own_"))?.closest(".field");
  if (!box) continue;
  const show = () => {
    box.hidden = select.value !== "own";
  };
  select.addEventListener("change", show);
  show();
}
