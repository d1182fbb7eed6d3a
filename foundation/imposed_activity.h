#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "foundation/parameters.h"

namespace kirchhoff::foundation {

struct Technology;

/// The parameters of a technology that closed_form_activity() takes its activity from, by name: bits,
/// duty_x, duty_d, g_pcm_pair, g_cap, n_upd, k_transfer, n_clt, n_set, p_reset, route_mm.
[[nodiscard]] const std::vector<std::string>& activity_keys();

/// Reads an activity file, TOML: any of activity_keys() in the section [activity], with its unit where it
/// has one
///
///   [activity]
///   duty_x = 0.31
///   g_pcm_pair = "7 uS"
///
/// and writes them into the technology as known exactly (low = base = high). What the file leaves out stays.
/// Throws InputError, one line per problem, "file:line: ...", unknown keys with the nearest valid one.
void impose_activity(std::string_view text, const std::string& file_name, Technology& technology);

}  // namespace kirchhoff::foundation
