// The modules of Vega as Debian packages them, each handed what it asks for; together they make window.vega.
(function () {
  "use strict";
  const modules = {};
  function define(names, factory) {
    const exports = (modules[define.module] = {});
    factory.apply(null, names.map((name) => (name === "exports" ? exports : modules[name])));
  }
  define.amd = true;
  /* MODULES */
  Object.assign(modules["vega-dataflow"].transforms, modules["vega-transforms"], modules["vega-view-transforms"],
                modules["vega-encode"]);
  window.vega = Object.assign({}, ...Object.values(modules));
})();
