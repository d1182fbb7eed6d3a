#pragma once

#include <span>
#include <string>
#include <string_view>

namespace kirchhoff::foundation {

/// Insertions, deletions, replacements and swaps of neighbours that turn one text into the other, upper
/// and lower case taken as equal (optimal string alignment distance).
int edit_distance(std::string_view a, std::string_view b);

/// The candidate that `name` is most likely a misspelling of; empty where none is close (about a third of
/// the letters wrong). A name without its group ("decay_tau") finds the candidate that ends in it
/// ("synapse.decay_tau"). Equally near candidates: the first.
std::string_view nearest_name(std::string_view name, std::span<const std::string> candidates);

/// "; did you mean 'x'?" for the end of a message, or nothing.
std::string did_you_mean(std::string_view name, std::span<const std::string> candidates);

}  // namespace kirchhoff::foundation
