#include <kirchhoff.h>
#include <kirchhoff_driver.h>
#include <stdio.h>

int main(void) {
  kirchhoff_chip* chip = NULL;
  kirchhoff_hal hal;
  kirchhoff_info info = {0};
  if (kirchhoff_chip_open(NULL, &chip) != 0 || kirchhoff_chip_hal(chip, &hal) != 0) {
    printf("%s\n", kirchhoff_chip_error(chip));
    return 1;
  }
  if (kirchhoff_probe(&hal, &info) == KIRCHHOFF_OK) {
    printf("chip of %u x %u tiles\n", info.mesh_rows, info.mesh_columns);
  }
  kirchhoff_chip_close(chip);
  return 0;
}
