"""The page in a real browser: nothing fails, the gallery's filters do what they say."""

import re
import shutil
import subprocess

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")

PROBE = """<script>
window.alert = () => { window.alerted = true; };
window.addEventListener("error", (event) => { document.title = `failed: ${event.message}`; });
const form = document.getElementById("filters");
const shown = [];
const choices = [["", "", ""], ["grounded_vqa", "", ""], ["", "1", "right"], ["", "1", "wrong"]];
for (const [task, variant, verdict] of choices) {
  form.elements.task.value = task; form.elements.variant.value = variant; form.elements.verdict.value = verdict;
  form.dispatchEvent(new Event("input"));
  shown.push(document.querySelectorAll(".item:not([hidden])").length);
}
document.title = [...shown, window.alerted ? "alert" : "quiet", form.hidden].join(" ");
</script></body>"""


@pytest.mark.skipif(CHROMIUM is None, reason="no chromium (Debian's package) here")
def test_filters_show_what_they_say(page, tmp_path):
    (tmp_path / "page.html").write_text(page.replace("</body>", PROBE), encoding="utf-8")
    command = [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking",
               "--disable-component-update", "--no-first-run", f"--user-data-dir={tmp_path / 'profile'}",
               "--dump-dom", (tmp_path / "page.html").as_uri()]  # fmt: skip
    dom = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout
    title = re.search(r"<title>(.*?)</title>", dom).group(1)
    items = re.findall(r'data-task="(\w+)" data-right="([\d ]*)" data-wrong="([\d ]*)"', page)
    right, wrong = (sum("1" in item[i].split() for item in items) for i in (1, 2))
    assert right
    assert wrong
    evaluated = sum(task == "grounded_vqa" for task, _, _ in items)
    assert title == f"{len(items)} {evaluated} {right} {wrong} quiet false"
