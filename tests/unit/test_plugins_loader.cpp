// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "plugins/files/files.h"
#include "plugins/loader.h"
#include "tests/support/fake_host.h"
#include "tests/support/settings_node.h"

namespace {

using namespace upselld;  // NOLINT: a test reads better so
using plugins::PluginSet;
using std::filesystem::perms;
using tests::TempFolder;

// A folder with the made-up CRM's plugin in it.
struct PluginFolder : TempFolder {
  PluginFolder() {
    std::filesystem::copy_file(
        std::filesystem::path(UPSELLD_BINARY_DIR) / "lib/upselld/fake_crm.so", file());
    std::filesystem::permissions(file(), perms::owner_all);
  }
  std::filesystem::path file() const { return path() / "fake_crm.so"; }
  Result<PluginSet> load(std::vector<const ConnectorDescriptor*> built_in = {}) const {
    return PluginSet::load(std::vector<std::filesystem::path>{path()}, built_in);
  }
  std::string error() const {
    const auto loaded = load();
    return loaded ? std::string() : loaded.error().message;
  }
};

}  // namespace

TEST_CASE("plugins: built-in and loaded connectors are found by name") {
  const PluginFolder folder;
  folder.write("readme.txt", "no plugin");
  const auto set = folder.load({&plugins::files_descriptor()});
  REQUIRE(set);
  REQUIRE(set->list().size() == 2);
  CHECK(std::string(set->list()[0]->name) == "fake_crm");
  CHECK(set->find("files") == &plugins::files_descriptor());
  CHECK(set->find("salesforce") == nullptr);
  CHECK(set->file_of("fake_crm") == folder.file());
  CHECK(set->file_of("files").empty());
}

TEST_CASE("plugins: a loaded connector is made and answers") {
  const PluginFolder folder;
  folder.write("accounts.csv", "id,name\na1,Acme\n");
  const auto set = folder.load();
  REQUIRE(set);
  const ConnectorDescriptor& descriptor = *set->find("fake_crm");
  const Node node = tests::map({{"data", tests::text(folder.path().string())}});
  CHECK(check(node, *descriptor.settings).empty());
  const Settings settings(node, *descriptor.settings);
  tests::FakeHost host(folder.path());
  const auto connector = plugins::create_checked(descriptor, host, {}, settings);
  REQUIRE(connector);
  CHECK((*connector)->streams()->size() == 5);
}

TEST_CASE("plugins: what others may write is not loaded") {
  const PluginFolder folder;
  std::filesystem::permissions(folder.file(), perms::owner_all | perms::group_write);
  CHECK(folder.load().error().kind == ErrorKind::forbidden);
  CHECK(folder.error().find("fake_crm.so may be written by others") != std::string::npos);
  std::filesystem::permissions(folder.file(), perms::owner_all);
  std::filesystem::permissions(folder.path(), perms::all);
  CHECK(folder.error().find("chmod go-w") != std::string::npos);
  std::filesystem::permissions(folder.path(), perms::owner_all);
  CHECK(folder.load());
}

TEST_CASE("plugins: what is no plugin is told, a missing folder too") {
  const PluginFolder folder;
  folder.write("broken.so", "garbage");
  CHECK(folder.load().error().kind == ErrorKind::invalid_config);
  CHECK(folder.error().find("broken.so") != std::string::npos);
  std::filesystem::remove(folder / "broken.so");
  CHECK_FALSE(PluginSet::load(std::vector<std::filesystem::path>{folder / "none"}));
  CHECK(PluginSet::load({})->list().empty());
}

TEST_CASE("plugins: a name is given once") {
  const PluginFolder folder;
  std::filesystem::copy_file(folder.file(), folder / "other.so");
  CHECK(folder.error().find("other.so: ") != std::string::npos);
  CHECK(folder.error().find("fake_crm.so has a plugin named fake_crm too") != std::string::npos);
}

TEST_CASE("plugins: another descriptor is refused before it is read") {
  ConnectorDescriptor other = plugins::files_descriptor();
  const auto refusal = [&] {
    const auto loaded = PluginSet::load({}, std::vector<const ConnectorDescriptor*>{&other});
    return loaded ? std::string() : loaded.error().message;
  };
  CHECK(refusal().empty());
  other.struct_size = 8;
  other.name = reinterpret_cast<const char*>(8);  // would crash if it were read
  CHECK(refusal().find("its descriptor has 8 bytes") != std::string::npos);
  other.struct_size = sizeof other;
  other.abi_tag = "contract 0";
  CHECK(refusal().find("it was built differently") != std::string::npos);
  other = plugins::files_descriptor();
  other.name = "No Name";
  CHECK(refusal().find("its name is no name") != std::string::npos);
  other = plugins::files_descriptor();
  other.create = nullptr;
  CHECK(refusal().find("its descriptor is incomplete") != std::string::npos);
  CHECK(PluginSet::load({}, std::vector<const ConnectorDescriptor*>{nullptr})
            .error()
            .message.find("no descriptor") != std::string::npos);
}
