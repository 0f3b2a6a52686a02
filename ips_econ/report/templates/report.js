// A link into something folded away opens it.
window.addEventListener("hashchange", function () {
  var place = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  var folded = place && place.closest("details");
  if (folded) { folded.open = true; place.scrollIntoView(); }
});
// On paper nothing is folded away.
window.addEventListener("beforeprint", function () {
  document.querySelectorAll("details").forEach(function (part) { part.open = true; });
});
// Draws each chart where its static picture stands; a chart that fails leaves the picture.
(function () {
  "use strict";
  if (typeof Plotly === "undefined") return;
  var narrow = window.matchMedia("(max-width: 640px)");
  var config = { displayModeBar: false, responsive: true };
  var charts = Array.prototype.slice.call(document.querySelectorAll(".interactive"));
  function draw(place) {
    var source = JSON.parse(document.getElementById(place.dataset.chart).textContent);
    var chosen = narrow.matches ? source.narrow : source.wide;
    var figure = place.closest("figure");
    figure.classList.add("live");
    place.style.height = chosen.layout.height + "px";
    return Plotly.react(place, chosen.data, chosen.layout, config).catch(function () {
      figure.classList.remove("live");
    });
  }
  function drawAll() {
    charts.forEach(function (place) {
      try {
        draw(place);
      } catch (error) {
        place.closest("figure").classList.remove("live");
      }
    });
  }
  drawAll();
  narrow.addEventListener("change", drawAll);
})();
