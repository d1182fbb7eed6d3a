/* A frame that reaches just into the guard, without running out of memory: noticed at the end of the program,
 * or at once where memory is protected. */
#include <stdint.h>
#include <stdio.h>

extern char __stack_limit[];

int main(void) {
  printf("down\n");
  *(volatile uint32_t*)((uintptr_t)__stack_limit - 16) = 1;
  return 0;
}
