#include "testbenches/trace/gtkwave_save.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <map>

#include "testbenches/host/number_format.h"

namespace kirchhoff::testbenches {

namespace {

using Entry = traces::VcdWriter::Entry;
using Kind = foundation::TraceSink::Kind;

/// Of GTKWave; its blue and indigo are hard to see on black.
enum class Color { normal = 0, red = 1, orange = 2, yellow = 3, green = 4, blue = 5, indigo = 6, violet = 7 };

/// Part of the path before the last dot, and behind it.
std::string_view scope_of(std::string_view path) {
  return path.substr(0, path.rfind('.'));
}
std::string_view last_of(std::string_view path) {
  return path.substr(path.rfind('.') + 1);
}

/// A name that says without its path what it is: "tile 0,0", "dma queue", "0,1 east".
std::string alias_of(const Entry& entry) {
  const std::string_view scope = scope_of(entry.path);
  const std::string_view part = last_of(scope);
  const std::string_view above = last_of(scope_of(scope));
  const std::string_view name = last_of(entry.path);
  const auto place = [](std::string_view text, std::string_view prefix) {
    std::string shown{text.substr(prefix.size())};
    std::replace(shown.begin(), shown.end(), '_', ',');
    return shown;
  };
  constexpr std::string_view tile = "tile_";
  constexpr std::string_view router = "router_";
  const std::string what = name == "state" ? std::string{} : ' ' + std::string{name};
  if (part.starts_with(tile)) {
    return "tile " + place(part, tile) + what;
  }
  if (above.starts_with(router)) {
    return place(above, router) + ' ' + std::string{part} + what;
  }
  if (above.starts_with(tile)) {
    return "tile " + place(above, tile) + ' ' + std::string{part} + ' ' + std::string{name};
  }
  return entry.kind == Kind::bit ? std::string{name} : std::string{part} + what;
}

bool is_address(const Entry& entry) {
  const std::string_view name = last_of(entry.path);
  return name == "pc" || name == "address";
}

class SaveFile {
 public:
  void line(const std::string& text) { text_ += text + '\n'; }

  void begin_group(const std::string& name, bool open) {
    line(open ? "@800200" : "@c00200");
    line('-' + name);
  }
  void end_group(const std::string& name, bool open) {
    line(open ? "@1000200" : "@1401200");
    line('-' + name);
  }

  void signal(const Entry& entry, Color color) {
    // Flags: right justified (20), binary (8), hexadecimal (2) or decimal (4); reals as stepped analog (8000,
    // signed 400).
    line(entry.kind == Kind::real     ? "@8420"
         : entry.kind != Kind::vector ? "@28"
         : is_address(entry)          ? "@22"
                                      : "@24");
    line("[color] " + std::to_string(static_cast<int>(color)));
    line("+{" + alias_of(entry) + "} " + entry.path +
         (entry.kind == Kind::vector ? '[' + std::to_string(entry.width - 1) + ":0]" : std::string{}));
    if (entry.kind == Kind::real) {  // room for the curve
      line("@20000");
      line("-");
    }
  }

  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  std::string text_;
};

}  // namespace

std::string gtkwave_save(std::string_view dump_file, std::span<const Entry> signals,
                         std::span<const ExampleScene::Layer> layers, foundation::Duration begin,
                         foundation::Duration end) {
  SaveFile file;
  // As wide as the waves of a window of 1600 pixels are. GTKWave's zoom: minus log2 of what 200 pixels show.
  constexpr double wave_pixels = 950;
  constexpr double zoom_pixels = 200;
  const double zoom = -std::log2(static_cast<double>((end - begin).count()) / wave_pixels * zoom_pixels);
  file.line("[*] Made by kirchhoff: gtkwave FILE.vcd FILE.gtkw");
  file.line("[dumpfile] \"" + std::string{dump_file} + '"');
  file.line("[timestart] " + std::to_string(begin.count()));
  file.line("[size] 1600 1000");
  file.line("[pos] -1 -1");
  std::string markers;
  for (int other = 0; other < 26; ++other) {
    markers += " -1";
  }
  file.line('*' + fixed(zoom, 6) + ' ' + std::to_string(begin.count()) + markers);
  file.line("[sst_width] 160");
  file.line("[signals_width] 330");
  file.line("[sst_expanded] 0");

  const auto group = [&](const std::string& name, bool open, Color color,
                         const std::function<bool(const Entry&)>& belongs) {
    if (std::none_of(signals.begin(), signals.end(), belongs)) {
      return;
    }
    file.begin_group(name, open);
    for (const Entry& entry : signals) {
      if (belongs(entry)) {
        file.signal(entry, color);
      }
    }
    file.end_group(name, open);
  };
  const auto below = [](const Entry& entry, std::string_view part) {
    return entry.path.find('.' + std::string{part} + '.') != std::string::npos;
  };
  const auto is = [](const Entry& entry, std::string_view name) { return last_of(entry.path) == name; };

  const auto in = [](const Entry& entry, std::string_view module) { return entry.path.starts_with(module); };
  group("hart", true, Color::green,
        [&](const Entry& entry) { return in(entry, "hart.") && !is(entry, "busy") && !is(entry, "queue"); });
  group("interrupts", true, Color::red, [&](const Entry& entry) { return in(entry, "interrupts."); });
  group("bus", true, Color::yellow,
        [&](const Entry& entry) { return in(entry, "bus.") && !is(entry, "busy") && !is(entry, "queue"); });
  group("host interface", true, Color::normal,
        [&](const Entry& entry) { return below(entry, "host_interface") && !is(entry, "busy"); });
  group("sequencer", true, Color::red,
        [&](const Entry& entry) { return below(entry, "sequencer") && !is(entry, "busy"); });
  constexpr std::array layer_colors{Color::yellow, Color::green, Color::orange};
  for (std::size_t layer = 0; layer < layers.size(); ++layer) {
    const Color color = layer_colors[layer % layer_colors.size()];
    // In the order of the mapping, as in the picture.
    const auto tiles_of = [&](std::string_view what) {
      std::vector<const Entry*> found;
      for (const std::string& tile : layers[layer].tiles) {
        for (const Entry& entry : signals) {
          if (is(entry, what) && last_of(scope_of(entry.path)) == tile) {
            found.push_back(&entry);
          }
        }
      }
      return found;
    };
    for (const std::string_view what : {"state", "queue"}) {
      const auto tiles = tiles_of(what);
      if (!tiles.empty()) {
        const bool open = what == "state";
        const std::string name = layers[layer].name + (open ? "" : ", packets waiting");
        file.begin_group(name, open);
        for (const Entry* entry : tiles) {
          file.signal(*entry, color);
        }
        file.end_group(name, open);
      }
    }
  }
  group("synapses", true, Color::violet,
        [&](const Entry& entry) { return last_of(scope_of(entry.path)).starts_with("synapse_"); });
  std::vector<std::string> routers;
  for (const Entry& entry : signals) {
    const std::string router{last_of(scope_of(scope_of(entry.path)))};
    if (router.starts_with("router_") && std::find(routers.begin(), routers.end(), router) == routers.end()) {
      routers.push_back(router);
    }
  }
  for (const std::string& router : routers) {
    group(router + ", links", false, Color::normal,
          [&](const Entry& entry) { return below(entry, router) && !is(entry, "busy"); });
  }
  return file.text();
}

}  // namespace kirchhoff::testbenches
