#include "testbenches/bench/mesh_curve.h"

#include <array>
#include <chrono>
#include <cstdio>
#include <iostream>
#include <nlohmann/json.hpp>
#include <systemc>

#include "foundation/atomic_file.h"
#include "foundation/error.h"
#include "testbenches/host/child.h"
#include "testbenches/trace/png.h"
#include "testbenches/trace/svg.h"
#include "testbenches/traffic/script.h"

namespace kirchhoff::testbenches {

using foundation::CodingStyle;
using interconnect::LinkTiming;
using interconnect::Topology;

namespace {

constexpr std::array kLoads{0.02, 0.1, 0.2, 0.25, 0.3, 0.34, 0.38, 0.4, 0.42, 0.44, 0.46, 0.48, 0.5};
constexpr Topology kMesh{8, 8};

MeshCurve measure(const std::string& name, CodingStyle style, std::uint32_t buffer_flits) {
  struct Result {
    LoadPoint point;
    double hops_per_second;
  };
  const auto results = in_child_values<Result>([&] {
    LinkTiming timing;
    timing.buffer_flits = buffer_flits;
    LoadMeasurement measurement{{}};
    TrafficMesh mesh{"mesh", kMesh, {style, timing}, 8, measurement};
    std::vector<Result> points;
    const auto begin = std::chrono::steady_clock::now();
    Script script{"script", [&] {
                    for (const double load : kLoads) {
                      points.push_back({measurement.run(mesh, uniform_pattern(kMesh), load), 0});
                    }
                  }};
    sc_core::sc_report_handler::set_actions("/OSCI/SystemC", sc_core::SC_INFO, sc_core::SC_DO_NOTHING);
    sc_core::sc_start();
    const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - begin;
    for (Result& result : points) {
      result.hops_per_second = static_cast<double>(mesh.ledger().counters().hops) / wall.count();
    }
    return points;
  });
  MeshCurve curve{name, {}, 0, 0};
  for (const Result& result : results) {
    curve.points.push_back(result.point);
    curve.hops_per_second = result.hops_per_second;
  }
  curve.saturation = LoadMeasurement::saturation(curve.points);
  return curve;
}

}  // namespace

std::vector<MeshCurve> measure_mesh() {
  return {measure("approximately timed", CodingStyle::approximately_timed, LinkTiming{}.buffer_flits),
          measure("approximately timed, buffers of 4 flits", CodingStyle::approximately_timed, 4),
          measure("loosely timed", CodingStyle::loosely_timed, LinkTiming{}.buffer_flits)};
}

void print_mesh(const std::vector<MeshCurve>& curves) {
  std::printf("mesh of 8 x 8, uniform traffic of single flits, XY: mean latency in cycles\n\n  %-10s",
              "load");
  for (const MeshCurve& curve : curves) {
    std::printf("  %s", curve.name.c_str());
  }
  std::printf("\n");
  for (std::size_t i = 0; i < curves.front().points.size(); ++i) {
    std::printf("  %-10.3f", curves.front().points[i].offered);
    for (const MeshCurve& curve : curves) {
      std::printf("  %*.1f", static_cast<int>(curve.name.size()), curve.points[i].latency_cycles);
    }
    std::printf("\n");
  }
  std::printf("\n  load in flits per node and cycle; an empty mesh takes %.1f cycles\n",
              curves.front().points.front().zero_load_cycles);
  for (const MeshCurve& curve : curves) {
    if (curve.saturation > 0) {
      std::printf("  %s: three times that at %.3f", curve.name.c_str(), curve.saturation);
    } else {
      std::printf("  %s: not three times that up to %.2f", curve.name.c_str(), curve.points.back().offered);
    }
    std::printf("; %.2g links passed per s of wall clock\n", curve.hops_per_second);
  }
}

void print_mesh_json(const std::vector<MeshCurve>& curves) {
  nlohmann::ordered_json json{{"schema", "kirchhoff.bench.mesh/1"}};
  for (const MeshCurve& curve : curves) {
    nlohmann::ordered_json points = nlohmann::ordered_json::array();
    for (const LoadPoint& point : curve.points) {
      points.push_back({{"offered", point.offered},
                        {"accepted", point.accepted},
                        {"latency_cycles", point.latency_cycles},
                        {"zero_load_cycles", point.zero_load_cycles}});
    }
    json["curves"].push_back({{"name", curve.name},
                              {"saturation", curve.saturation},
                              {"hops_per_s", curve.hops_per_second},
                              {"points", points}});
  }
  std::cout << json.dump(2) << std::endl;
}

void draw_mesh(const std::vector<MeshCurve>& curves, const std::filesystem::path& file) {
  constexpr double kWidth = 760;
  constexpr double kHeight = 420;
  constexpr double kLeft = 70;
  constexpr double kRight = 30;
  constexpr double kTop = 30;
  constexpr double kBottom = 60;
  constexpr double kMostLoad = 0.5;
  constexpr double kMostCycles = 100;
  constexpr std::array<std::string_view, 3> kColours{"#1f5fa8", "#c4541a", "#3a8f4d"};
  const auto x = [&](double load) { return kLeft + (kWidth - kLeft - kRight) * load / kMostLoad; };
  const auto y = [&](double cycles) {
    return kHeight - kBottom - (kHeight - kTop - kBottom) * std::min(cycles, kMostCycles) / kMostCycles;
  };
  const auto number = [](double value, int decimals) {
    char text[32];
    std::snprintf(text, sizeof text, "%.*f", decimals, value);
    return std::string{text};
  };
  Svg svg;
  for (int cycles = 0; cycles <= 100; cycles += 20) {
    svg.line(kLeft, y(cycles), kWidth - kRight, y(cycles), "#dddddd");
    svg.text(kLeft - 8, y(cycles) + 4, std::to_string(cycles), {.anchor = Svg::Anchor::end});
  }
  for (int tenth = 0; tenth <= 5; ++tenth) {
    svg.line(x(0.1 * tenth), y(0), x(0.1 * tenth), y(0) + 5, "#888888");
    svg.text(x(0.1 * tenth), y(0) + 20, number(0.1 * tenth, 1), {.anchor = Svg::Anchor::middle});
  }
  svg.text((kLeft + kWidth - kRight) / 2, kHeight - 16,
           "offered load, flits per node and cycle (bisection bound 0.5)", {.anchor = Svg::Anchor::middle});
  svg.text(kLeft, kTop - 12, "mean latency, cycles", {.bold = true});
  const double empty = curves.front().points.front().zero_load_cycles;
  svg.line(kLeft, y(3 * empty), kWidth - kRight, y(3 * empty), "#999999", 1.5);
  svg.text(kLeft + 6, y(3 * empty) - 5, "three times an empty mesh", {.size = 11, .fill = "#666666"});
  for (std::size_t c = 0; c < curves.size(); ++c) {
    const auto& points = curves[c].points;
    const std::string_view colour = kColours[c % kColours.size()];
    for (std::size_t i = 1; i < points.size() && points[i - 1].latency_cycles <= kMostCycles; ++i) {
      // What leaves the picture ends at its edge.
      const double begin = points[i - 1].latency_cycles;
      const double end = points[i].latency_cycles;
      const double part = end > kMostCycles ? (kMostCycles - begin) / (end - begin) : 1;
      svg.line(x(points[i - 1].offered), y(begin),
               x(points[i - 1].offered + part * (points[i].offered - points[i - 1].offered)),
               y(begin + part * (end - begin)), colour, 2.5);
    }
    const double row = y(curves.front().points.front().zero_load_cycles) + 22 + 18 * static_cast<double>(c);
    svg.rectangle(kLeft + 18, row - 8, 22, 4, colour);
    svg.text(kLeft + 48, row,
             curves[c].name + (curves[c].saturation > 0 ? ": saturates at " + number(curves[c].saturation, 2)
                                                        : std::string{}),
             {});
  }
  const std::string drawing = svg.file(kWidth, kHeight, "Latency against load of an 8 x 8 mesh");
  if (file.extension() == ".png") {
    auto vector = file;
    vector.replace_extension(".svg");
    foundation::write_file_atomically(vector, drawing);
    if (!draw_png(vector, file)) {
      throw foundation::InputError("cannot draw " + file.string() +
                                   ": rsvg-convert (Debian: librsvg2-bin) is missing or failed; " +
                                   vector.string() + " is there");
    }
  } else {
    foundation::write_file_atomically(file, drawing);
  }
}

}  // namespace kirchhoff::testbenches
