#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>

#include "foundation/parameters.h"
#include "foundation/technology.h"
#include "model/chip/chip_parameters.h"
#include "model/network/network_parameters.h"
#include "periphery/periphery_parameters.h"
#include "tiles/fault_map.h"
#include "tiles/step_response.h"
#include "tiles/synapse_parameters.h"

namespace kirchhoff::model {

/// Everything that a run is configured with: the parameters of all rooms, the table that names them, and
/// the technology. Stays where it is made, because the table refers to the structs.
struct Configuration {
  Configuration();
  Configuration(const Configuration&) = delete;
  Configuration& operator=(const Configuration&) = delete;
  Configuration(Configuration&&) = delete;
  Configuration& operator=(Configuration&&) = delete;
  ~Configuration() = default;

  std::string preset;             ///< as asked for: "209k" or a file
  std::string title;              ///< one line for people
  std::string technology_origin;  ///< what to write after --technology to get it again: "90nm" or a file

  ChipParameters chip;
  tiles::SynapseParameters synapse;
  tiles::FaultParameters faults;
  std::optional<tiles::StepResponseFit> device_curve;  ///< what capacitor.device_curve gave
  periphery::PeripheryParameters periphery;
  NetworkParameters network;
  PowerOffParameters power_off;
  foundation::Technology technology;  ///< with the converters of adc.* and chip.time_stretch in it

  foundation::ParameterTable table;
};

/// Reads a preset of ours by its name, or a TOML file by its path, then the --set values "key=value".
///
/// A file may name at its top: title = "...", base = "209k" (preset or file that it changes; a path counts
/// from the file's folder), technology = "90nm" (or a technology file). Without base it starts from the
/// built-in defaults. `technology` not empty overrides what the files say.
///
/// Throws InputError with one line per problem: unknown names with the nearest valid one, bad values,
/// values that contradict each other.
std::unique_ptr<Configuration> load_configuration(const std::string& preset_or_file,
                                                  std::span<const std::string> sets = {},
                                                  const std::string& technology = {});

/// "90nm" or the path of a technology file.
foundation::Technology load_technology(const std::string& name_or_file);

/// The content of config.toml: load_configuration() of it gives the same configuration.
std::string effective_toml(const Configuration& configuration);

}  // namespace kirchhoff::model
