#include "testbenches/host/gzip_source.h"

#include <boost/iostreams/device/file.hpp>
#include <boost/iostreams/filter/gzip.hpp>
#include <boost/iostreams/filtering_streambuf.hpp>

namespace kirchhoff::testbenches {

std::unique_ptr<std::streambuf> open_gzip(const std::filesystem::path& path) {
  namespace io = boost::iostreams;
  auto chain = std::make_unique<io::filtering_streambuf<io::input>>();
  chain->push(io::gzip_decompressor());
  chain->push(io::file_source(path.string(), std::ios::in | std::ios::binary));
  return chain;
}

}  // namespace kirchhoff::testbenches
