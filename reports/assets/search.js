/* Filters the lists that already stand on the page. Without it they are simply lists. */
(function () {
  "use strict";
  var words = document.currentScript.dataset;
  var fold = function (text) {
    return text.toLowerCase().normalize("NFC").replace(/\s+/g, " ").trim();
  };

  document.querySelectorAll(".search-list").forEach(function (list, number) {
    var items = Array.prototype.map.call(list.querySelectorAll("li"), function (item) {
      return { element: item, text: fold(item.textContent) };
    });
    if (items.length < 2) return;

    var box = document.createElement("div");
    var label = document.createElement("label");
    var field = document.createElement("input");
    var status = document.createElement("p");
    box.className = "search-box";
    field.type = "search";
    field.id = "search-" + (number + 1);
    field.autocomplete = "off";
    label.htmlFor = field.id;
    label.textContent = list.dataset.label || words.label;
    status.className = "search-status";
    status.setAttribute("role", "status");
    box.append(label, field, status);
    list.parentNode.insertBefore(box, list);

    field.addEventListener("input", function () {
      var wanted = fold(field.value).split(" ");
      var found = 0;
      list.querySelectorAll("details").forEach(function (fold) { fold.open = field.value.trim() !== ""; });
      items.forEach(function (item) {
        var hit = wanted.every(function (word) { return item.text.indexOf(word) !== -1; });
        item.element.hidden = !hit;
        if (hit) found += 1;
      });
      status.textContent = field.value.trim() === "" ? "" : found ? words.found + " " + found : words.none;
    });
  });
})();
