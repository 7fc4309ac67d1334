// SPDX-License-Identifier: Apache-2.0
#include <zlib.h>

#include <catch2/catch.hpp>
#include <random>
#include <string>
#include <vector>

#include "plugins/csv/csv_reader.h"
#include "plugins/csv/csv_writer.h"
#include "tests/support/fake_host.h"

namespace {

using upselld::ErrorKind;
using upselld::plugins::CsvOptions;
using upselld::plugins::CsvPlace;
using upselld::plugins::CsvReader;
using upselld::plugins::CsvRow;
using upselld::plugins::CsvWriter;
using upselld::tests::TempFolder;
using Rows = std::vector<std::vector<std::string>>;

// Good rows as their fields, bad ones as {"!", line, problem}.
Rows read_all(CsvReader& reader) {
  Rows rows;
  CsvRow row;
  while (true) {
    const auto more = reader.next(row);
    REQUIRE(more);
    if (!*more) return rows;
    if (!row.problem.empty()) {
      rows.push_back({"!", std::to_string(row.line), std::string(row.problem)});
    } else {
      rows.emplace_back(row.fields.begin(), row.fields.end());
    }
  }
}

Rows read_text(const std::string& text, const CsvOptions& options = {}) {
  const TempFolder folder;
  auto reader = CsvReader::open(folder.write("a.csv", text), options);
  REQUIRE(reader);
  return read_all(*reader);
}

std::string open_error(const std::string& text) {
  const TempFolder folder;
  const auto reader = CsvReader::open(folder.write("a.csv", text), {});
  REQUIRE_FALSE(reader);
  CHECK(reader.error().kind == ErrorKind::invalid_config);
  return reader.error().message;
}

std::string gzip(const std::string& bytes) {
  z_stream stream = {};
  REQUIRE(deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  std::string out(bytes.size() + 1000, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  REQUIRE(deflate(&stream, Z_FINISH) == Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

}  // namespace

TEST_CASE("csv: quotes, doubled quotes and line ends inside quotes are read") {
  CHECK(read_text("a,b\n1,\"x \"\"y\"\" z\"\n\"two\nlines\",\"\"\n") ==
        Rows{{"1", "x \"y\" z"}, {"two\nlines", ""}});
  CHECK(read_text("a,b\r\n1,2\r\n\r\n3,\"4\"\r\n") == Rows{{"1", "2"}, {"3", "4"}});
  CHECK(read_text("a,b\n5\" pipe,\"\"\"\"\n") == Rows{{"5\" pipe", "\""}});
}

TEST_CASE("csv: byte order mark, other delimiters and a missing last line end are taken") {
  CsvOptions options;
  options.delimiter = ';';
  CHECK(read_text("\xef\xbb\xbf"
                  "a;b\n1,5;2",
                  options) == Rows{{"1,5", "2"}});
  CHECK(read_text("a,b\n").empty());
  CHECK(read_text("a,b").empty());
}

TEST_CASE("csv: a bad row is named with its line and reading goes on") {
  CHECK(read_text("a,b\n1\n1,2,3\n\"x\ny\",2\n4,5\n") ==
        Rows{{"!", "2", "1 fields where the header has 2"},
             {"!", "3", "3 fields where the header has 2"},
             {"x\ny", "2"},
             {"4", "5"}});
  CHECK(read_text("a\nx\xff\n\xc3\xa9\n") ==
        Rows{{"!", "2", "its bytes are no UTF-8; save the file as UTF-8"}, {"\xc3\xa9"}});
  CHECK(read_text(std::string("a\nx\0y\nz\n", 8)) ==
        Rows{{"!", "2", "it holds a NUL byte"}, {"z"}});
  CHECK(read_text("a,b\n\"x\"y,2\n3,4\n") ==
        Rows{{"!", "2", "text stands behind a closing quote"}, {"3", "4"}});
}

TEST_CASE("csv: a field over the limit leaves its row out and is not cut") {
  const Rows rows = read_text("a,b\n" + std::string(4096, 'x') + ",1\n" + std::string(4097, 'x') +
                              ",2\n" + std::string(1'000'000, 'y') + ",3\n4,4\n");
  REQUIRE(rows.size() == 4);
  CHECK(rows[0][1] == "1");
  CHECK(rows[1] == std::vector<std::string>{"!", "3", "field 1 has 4097 bytes, at most 4096"});
  CHECK(rows[2][2] == "field 1 has 1000000 bytes, at most 4096");
  CHECK(rows[3] == std::vector<std::string>{"4", "4"});
}

TEST_CASE("csv: a quote that is never closed costs one line") {
  CHECK(read_text("a,b\n1,2\n\"3,4\n5,6\n") ==
        Rows{{"1", "2"}, {"!", "3", "a quote is never closed"}, {"5", "6"}});
  const std::string far(3 * 1024 * 1024, 'x');
  std::string text = "a,b\n\"1,2\n";
  const std::string filler(1000, 'z');
  for (int i = 0; i < 3000; ++i) text += filler + ",8\n";
  Rows rows = read_text(text);
  REQUIRE(rows.size() == 3001);
  CHECK(rows[0] == std::vector<std::string>{"!", "2", "a quote is not closed within 2 MiB"});
  rows = read_text("a,b\n" + far + "\n1,2\n");
  CHECK(rows == Rows{{"!", "2", "the line is longer than 2 MiB"}, {"1", "2"}});
}

TEST_CASE("csv: what is no table is refused with a remedy") {
  CHECK(open_error("").find("the file is empty") != std::string::npos);
  CHECK(open_error("\xff\xfe"
                   "a")
            .find("it is UTF-16; save it as UTF-8") != std::string::npos);
  CHECK(open_error("a,b,a\n").find("the column \"a\" stands there twice") != std::string::npos);
  CHECK(open_error("a,b\r1,2\r").find("lone carriage return") != std::string::npos);
  CHECK(open_error("a\xff,b\n").find("no UTF-8") != std::string::npos);
  const TempFolder folder;
  CHECK(CsvReader::open(folder / "none.csv", {}).error().kind == ErrorKind::io);
  CHECK(CsvReader::open(folder.path(), {}).error().kind == ErrorKind::io);
}

TEST_CASE("csv: gzip with several members is one file") {
  const TempFolder folder;
  const std::string bytes = gzip("a,b\n1,2\n") + gzip("3,4\n");
  auto reader = CsvReader::open(folder.write("a.csv.gz", bytes), {});
  REQUIRE(reader);
  CHECK(read_all(*reader) == Rows{{"1", "2"}, {"3", "4"}});
  CHECK(reader->place().offset == 12);
}

TEST_CASE("csv: damaged gzip is corrupt and says where") {
  const TempFolder folder;
  std::string text = "a,b\n";
  for (int i = 0; i < 5000; ++i) text += std::to_string(i * 7919) + "," + std::to_string(i) + "\n";
  const std::string whole = gzip(text);
  std::string broken = whole;
  for (std::size_t i = whole.size() / 2; i < whole.size() / 2 + 50; ++i) broken[i] = '\x55';
  for (const std::string& bytes : {whole.substr(0, whole.size() / 2), broken}) {
    auto reader = CsvReader::open(folder.write("a.csv.gz", bytes), {});
    CsvRow row;
    upselld::Result<bool> more = true;
    while (reader && more && *more) more = reader->next(row);
    const upselld::Error error = reader ? more.error() : reader.error();
    CHECK(error.kind == ErrorKind::corrupt);
    CHECK(error.message.find("a.csv.gz: damaged gzip data at byte ") != std::string::npos);
  }
  CHECK(CsvReader::open(folder.write("b.csv.gz", "plain,text\n"), {}).error().kind ==
        ErrorKind::corrupt);
}

TEST_CASE("csv: half a last line waits and is read when the file has grown") {
  const TempFolder folder;
  folder.write("a.csv", "a,b\n1,2\n3");
  CsvOptions options;
  options.last_line = CsvOptions::LastLine::hold_if_bad;
  auto reader = CsvReader::open(folder / "a.csv", options);
  REQUIRE(reader);
  CHECK(read_all(*reader) == Rows{{"1", "2"}});
  CHECK(reader->holds_last_line());
  const CsvPlace place = reader->place();
  folder.append("a.csv", "3,4\n5,6");
  reader = CsvReader::open(folder / "a.csv", options);
  REQUIRE(*reader->seek(place));
  CHECK(read_all(*reader) == Rows{{"33", "4"}, {"5", "6"}});
  // The last row was taken without a line end: what grows behind it makes it another row.
  const CsvPlace end = reader->place();
  CHECK_FALSE(end.growable);
  reader = CsvReader::open(folder / "a.csv", options);
  CHECK(*reader->seek(end));
  folder.append("a.csv", "7\n");
  reader = CsvReader::open(folder / "a.csv", options);
  CHECK_FALSE(*reader->seek(end));
  CHECK(read_all(*reader) == Rows{{"1", "2"}, {"33", "4"}, {"5", "67"}});
}

TEST_CASE("csv: a place is found again only where all bytes before it are the same") {
  const TempFolder folder;
  const std::string text = "a,b\n1,2\n3,4\n5,6\n";
  for (const bool compressed : {false, true}) {
    const auto put = [&](const std::string& bytes) {
      return folder.write("a.csv", compressed ? gzip(bytes) : bytes);
    };
    auto reader = CsvReader::open(put(text), {});
    CsvRow row;
    REQUIRE(*reader->next(row));
    const CsvPlace place = reader->place();
    CHECK(place.line == 3);
    reader = CsvReader::open(put(text + "7,8\n"), {});
    REQUIRE(*reader->seek(place));
    CHECK(read_all(*reader) == Rows{{"3", "4"}, {"5", "6"}, {"7", "8"}});
    reader = CsvReader::open(put("a,b\n1,3\n3,4\n5,6\n"), {});
    CHECK_FALSE(*reader->seek(place));
    CHECK(read_all(*reader).size() == 3);
    reader = CsvReader::open(put("a,b\n"), {});
    CHECK_FALSE(*reader->seek(place));
  }
}

TEST_CASE("csv: what was written is read again") {
  const auto seed = Catch::rngSeed() != 0 ? Catch::rngSeed() : std::random_device{}();
  INFO("run with --rng-seed " << seed);
  std::mt19937 random(seed);
  const char* pieces[] = {",", "\"", "\n", "\r\n", "\xc3\xa4", "a",  "=",
                          "'", "-1", "\t", " ",    ";",        "xyz"};
  const TempFolder folder;
  for (int round = 0; round < 200; ++round) {
    const std::size_t columns = 1 + random() % 6;
    const char delimiter = random() % 2 == 0 ? ',' : ';';
    Rows rows;
    std::string text;
    CsvWriter writer(text, delimiter);
    for (std::size_t i = 0; i < columns; ++i) writer.field("c" + std::to_string(i));
    writer.end_row();
    for (std::size_t r = random() % 40; r > 0; --r) {
      std::vector<std::string> row(columns);
      row[0] = "x";  // one empty field alone would be an empty line
      for (std::string& field : row) {
        for (std::size_t n = random() % 8; n > 0; --n)
          field += pieces[random() % std::size(pieces)];
        writer.field(field);
      }
      writer.end_row();
      rows.push_back(row);
    }
    CsvOptions options;
    options.delimiter = delimiter;
    auto reader = CsvReader::open(folder.write("a.csv", text), options);
    REQUIRE(reader);
    REQUIRE(read_all(*reader) == rows);
    // From every place on, the rest is the same.
    reader = CsvReader::open(folder / "a.csv", options);
    CsvRow row;
    const std::size_t stop = rows.empty() ? 0 : random() % rows.size();
    for (std::size_t i = 0; i < stop; ++i) REQUIRE(*reader->next(row));
    const CsvPlace place = reader->place();
    reader = CsvReader::open(folder / "a.csv", options);
    REQUIRE(*reader->seek(place));
    REQUIRE(read_all(*reader) ==
            Rows(rows.begin() + static_cast<std::ptrdiff_t>(stop), rows.end()));
  }
}

TEST_CASE("csv: any bytes are read to the end without a crash") {
  const auto seed = Catch::rngSeed() != 0 ? Catch::rngSeed() : std::random_device{}();
  INFO("run with --rng-seed " << seed);
  std::mt19937 random(seed);
  const TempFolder folder;
  for (int round = 0; round < 300; ++round) {
    std::string text = "a,b\n";
    const char common[] = {',', '"', '\n', '\r', 'x', '\0', '\xff', '\xc3'};
    for (std::size_t n = random() % 400; n > 0; --n) text += common[random() % sizeof common];
    auto reader = CsvReader::open(folder.write("a.csv", text), {});
    REQUIRE(reader);
    read_all(*reader);
    const CsvPlace end = reader->place();
    CHECK(end.offset == text.size());
    CHECK(*reader->seek(end));
  }
}

TEST_CASE("csv: free text that looks like a formula is protected and comes back") {
  using upselld::plugins::unprotected;
  std::string out;
  CsvWriter writer(out);
  writer.free_text("=1+1").free_text("- why").free_text("'=x").free_text("it's").field("=id");
  writer.end_row();
  CHECK(out == "'=1+1,'- why,''=x,it's,=id\n");
  CHECK(unprotected("'=1+1") == "=1+1");
  CHECK(unprotected("''=x") == "'=x");
  CHECK(unprotected("it's") == "it's");
  CHECK(unprotected("'quoted'") == "'quoted'");
}
