# SPDX-License-Identifier: Apache-2.0
# Everything comes from Debian's packages; nothing is downloaded.
find_package(Threads REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(ZLIB REQUIRED)
find_package(PkgConfig REQUIRED)
find_package(nlohmann_json 3.11 REQUIRED)
find_package(yaml-cpp REQUIRED)
find_package(SQLiteCpp REQUIRED)
find_package(fmt REQUIRED)
find_package(CLI11 REQUIRED)
find_package(date REQUIRED)
pkg_check_modules(HTTPLIB REQUIRED IMPORTED_TARGET cpp-httplib)
find_package(XGBoostC 1.7 REQUIRED)
pkg_check_modules(XXHASH REQUIRED IMPORTED_TARGET libxxhash)
# The core alone: metrics are served by our own server.
pkg_check_modules(PROMETHEUS REQUIRED IMPORTED_TARGET prometheus-cpp-core)
# Tells the service manager what the service does; without it all else works.
pkg_check_modules(SYSTEMD IMPORTED_TARGET libsystemd)
# Debian's libjs-chart.js: the dashboard's charts, put into the program.
find_file(CHART_JS chart.min.js PATHS /usr/share/javascript/chart.js NO_DEFAULT_PATH REQUIRED)
if(UPSELLD_TESTS)
  find_package(Catch2 2.13 REQUIRED)
endif()
