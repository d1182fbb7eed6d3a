#pragma once

#include <span>
#include <string>
#include <string_view>

#include "foundation/mark.h"

namespace kirchhoff::foundation {

class Problems;
struct TomlItem;

/// A technology parameter and how well it is known; values in the unit of its TechnologyField, low <= base
/// <= high, none negative.
struct Quantity {
  double low = 0;
  double base = 0;
  double high = 0;
  std::string unit;
  std::string meaning;
  std::string note;  ///< publication or reason
  Mark mark = Mark::assumed;
  std::string place;  ///< "file:line"
};

/// Energy, area and time of the parts of a chip at one technology node. Plain data; read it with
/// parse_technology(), walk over it with technology_fields().
struct Technology {
  std::string name;       ///< "90nm"
  std::string title;      ///< for people
  double feature_nm = 0;  ///< of the node; 0 where the file does not say

  // Array and its workload. Means that a run replaces by what it counted are marked (mean).
  Quantity n_row;       ///< 1, rows of the reference tile
  Quantity n_col;       ///< 1, its columns
  Quantity bits;        ///< 1, activation bits
  Quantity duty_x;      ///< 1, forward pulse-width duty (mean)
  Quantity duty_d;      ///< 1, transposed pulse-width duty (mean)
  Quantity g_pcm_pair;  ///< S, G+ + G- (mean)
  Quantity g_cap;       ///< S, read transistor of the capacitor cell (mean)
  // Voltages and times of an array.
  Quantity vdd;     ///< V
  Quantity v_read;  ///< V
  Quantity v_rail;  ///< V
  Quantity t_int;   ///< s
  Quantity t_conv;  ///< s
  Quantity n_upd;   ///< 1, update slots of the closed-form estimate; the model uses update.slots
  Quantity t_upd;   ///< s
  // Transfer and PCM programming.
  Quantity k_transfer;  ///< examples, of the closed-form estimate
  Quantity n_clt;       ///< 1
  Quantity t_pcm;       ///< s
  Quantity n_set;       ///< 1 (mean)
  Quantity e_set;       ///< J
  Quantity p_reset;     ///< 1 (mean)
  Quantity e_reset;     ///< J
  // Energy of the periphery.
  Quantity e_adc;      ///< J
  Quantity i_amp;      ///< A
  Quantity e_drv;      ///< J
  Quantity e_upl;      ///< J
  Quantity e_store;    ///< J
  Quantity e_sum;      ///< J
  Quantity e_act;      ///< J
  Quantity e_softmax;  ///< J
  Quantity c_line_um;  ///< F/um
  Quantity r_line_um;  ///< ohm/um
  Quantity c_gate;     ///< F
  Quantity i_leak;     ///< A
  Quantity ctl;        ///< 1
  // Network on chip.
  Quantity mesh_clock;      ///< Hz
  Quantity link_width;      ///< bit
  Quantity router_latency;  ///< cycles
  Quantity e_router;        ///< J/bit
  Quantity e_wire;          ///< J/bit/mm
  Quantity route_mm;        ///< mm (mean)
  Quantity e_host;          ///< J/bit
  // Digital parts and host.
  Quantity t_act;          ///< s
  Quantity t_softmax;      ///< s
  Quantity dma_bandwidth;  ///< byte/s
  Quantity dma_latency;    ///< s
  Quantity t_register;     ///< s
  // Area.
  Quantity a_cell;    ///< um2
  Quantity a_neu;     ///< um2
  Quantity a_router;  ///< um2
  Quantity a_sram;    ///< um2/bit
  Quantity a_dig;     ///< um2
  Quantity a_seq;     ///< um2
  Quantity a_ovh;     ///< 1
  // Duration wires. After the others, whose random draws stay as they are; so do these.
  Quantity t_buffer;  ///< s
  Quantity e_buffer;  ///< J
  Quantity a_buffer;  ///< um2
  // Partial sums added in routers.
  Quantity reduce_latency;  ///< cycles
  Quantity e_reduce;        ///< J
  Quantity a_reduce;        ///< um2
};

struct TechnologyField {
  std::string_view name;
  std::string_view unit;  ///< "1" for a pure number
  bool positive;          ///< zero would mean nothing (a supply of 0 V)
  Quantity Technology::*member;
};

/// Every parameter, in the order of the struct.
std::span<const TechnologyField> technology_fields();

/// Reads a technology file: name and title, feature_nm where known, and one table per parameter with low,
/// base, high ("1.2 V"), mark, and optionally meaning and note. All parameters must be there and no others.
/// Everything that is wrong is reported at once, InputError with one line per problem, "file:line: ...".
Technology parse_technology(std::string_view text, const std::string& file_name);

/// One parameter from its table, as in a technology file; what is wrong goes to `problems`.
Quantity read_quantity(const TechnologyField& field, const TomlItem& table, Problems& problems);

/// How long a slot of an update lasts: a pulse of a capacitor's source, or of a PCM where updates go there.
[[nodiscard]] double update_slot_s(const Technology& technology, bool pulses_pcm);

/// What a read adds to the time of a pass: t_int + t_conv, or the longer of both where the next layer
/// integrates while this one converts.
[[nodiscard]] double read_s(const Technology& technology, bool overlap);

/// The same chip at another pace: every time `factor` times as long, every clock and bandwidth by as much
/// slower. Energies and currents stay; what is paid by the second is paid for longer.
void stretch_time(Technology& technology, double factor);

}  // namespace kirchhoff::foundation
