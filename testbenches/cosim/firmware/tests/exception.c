/* An exception that nobody handles, in a called function. */
#include <stdint.h>
#include <stdio.h>

static __attribute__((noinline)) uint32_t load(const volatile uint32_t* from) {
  return *from;
}

int main(void) {
  printf("reading\n");
  printf("read %lu\n", (unsigned long)load((const volatile uint32_t*)0x50000004));
  return 0;
}
