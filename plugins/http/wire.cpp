// SPDX-License-Identifier: Apache-2.0
#include "plugins/http/wire.h"

#include <httplib.h>
#include <openssl/x509_vfy.h>

#include <cctype>
#include <map>
#include <utility>

#include "plugins/http/url.h"

namespace upselld::plugins {

namespace {

std::string place_of(const HttpRequest& request, const Url& url) {
  // Without the query: it may hold data.
  return request.method + " " + url.origin() + url.target.substr(0, url.target.find('?'));
}

std::string lower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

// With what an admin can do about it.
std::string what_is_wrong(long verify_result) {
  switch (verify_result) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return "is not valid today; is this machine's clock right, and the certificate renewed?";
    case X509_V_OK:  // the chain is good, the name is not
    case X509_V_ERR_HOSTNAME_MISMATCH:
      return "is that of another host; is the address right?";
    default:
      return std::string("is not trusted (") + X509_verify_cert_error_string(verify_result) +
             "); set ca_file to the authority that signed it";
  }
}

class HttplibWire final : public Wire {
 public:
  HttplibWire(WireSettings settings, const Clock& clock, std::stop_token stop)
      : settings_(std::move(settings)), clock_(clock), stop_(std::move(stop)) {}

  Result<HttpResponse> exchange(const HttpRequest& request) override {
    const auto url = parse_url(request.url, "send " + request.method);
    if (!url) return url.error();
    if (stop_.stop_requested()) return Error{ErrorKind::cancelled, "send: stopped", {}};
    httplib::Client& client = client_of(*url);
    httplib::Request sent;
    sent.method = request.method;
    sent.path = url->target;
    sent.body = request.body;
    for (const auto& [name, value] : request.headers) sent.headers.emplace(name, value);
    std::string body;
    bool is_too_large = false, has_begun = false;
    const Duration begun = clock_.steady();
    sent.response_handler = [&](const httplib::Response&) { return has_begun = true; };
    sent.content_receiver = [&](const char* bytes, std::size_t size, std::uint64_t, std::uint64_t) {
      is_too_large = body.size() + size > settings_.response_bytes_max;
      if (is_too_large || stop_.stop_requested()) return false;
      body.append(bytes, size);
      return clock_.steady() - begun < settings_.total_timeout;
    };
    httplib::Response answer;
    httplib::Error failure = httplib::Error::Success;
    bool is_good = false;
    {
      // Cuts the connection at once, whatever the client waits for.
      const std::stop_callback cut(stop_, [&client] { client.stop(); });
      is_good = client.send(sent, answer, failure);
    }
    if (stop_.stop_requested()) return Error{ErrorKind::cancelled, "send: stopped", {}};
    const std::string place = place_of(request, *url);
    if (is_too_large) {
      clients_.erase(url->origin());
      return Error{ErrorKind::corrupt,
                   place + ": the answer is larger than " +
                       std::to_string(settings_.response_bytes_max) + " bytes",
                   {}};
    }
    if (!is_good) {
      const Error error = error_of(failure, client, place);
      clients_.erase(url->origin());
      return error;
    }
    HttpResponse response;
    response.status = answer.status;
    response.body = body.empty() ? std::move(answer.body) : std::move(body);
    for (auto& [name, value] : answer.headers) response.headers.emplace_back(lower(name), value);
    return response;
  }

 private:
  httplib::Client& client_of(const Url& url) {
    auto& client = clients_[url.origin()];
    if (client) return *client;
    client = std::make_unique<httplib::Client>(url.origin());
    client->set_keep_alive(true);
    client->set_tcp_nodelay(true);
    client->set_follow_location(false);
    // What we give is encoded already.
    client->set_url_encode(false);
    client->set_connection_timeout(std::chrono::milliseconds(settings_.connect_timeout.ms));
    client->set_read_timeout(std::chrono::milliseconds(settings_.read_timeout.ms));
    client->set_write_timeout(std::chrono::milliseconds(settings_.read_timeout.ms));
    client->enable_server_certificate_verification(true);
    if (!settings_.ca_file.empty()) client->set_ca_cert_path(settings_.ca_file);
    return *client;
  }

  Error error_of(httplib::Error failure, const httplib::Client& client, const std::string& place) {
    switch (failure) {
      case httplib::Error::Connection:
      case httplib::Error::BindIPAddress:
      case httplib::Error::ConnectionTimeout:
        return {ErrorKind::unavailable, place + ": no connection; is the address right?", {}};
      case httplib::Error::SSLLoadingCerts:
        return {ErrorKind::invalid_config,
                place + ": the certificate authorities cannot be read; correct ca_file",
                {}};
      case httplib::Error::SSLServerVerification:
        return {ErrorKind::invalid_config,
                place + ": the server's certificate " +
                    what_is_wrong(client.get_openssl_verify_result()),
                {}};
      case httplib::Error::SSLConnection:
        return {ErrorKind::unavailable, place + ": no TLS connection", {}};
      case httplib::Error::Success:
      case httplib::Error::Unknown:
      case httplib::Error::Read:
      case httplib::Error::Write:
      case httplib::Error::ExceedRedirectCount:
      case httplib::Error::Canceled:
      case httplib::Error::UnsupportedMultipartBoundaryChars:
      case httplib::Error::Compression:
        break;
    }
    return {ErrorKind::timed_out, place + ": the connection ended before the answer did", {}};
  }

  const WireSettings settings_;
  const Clock& clock_;
  const std::stop_token stop_;
  std::map<std::string, std::unique_ptr<httplib::Client>> clients_;
};

}  // namespace

std::unique_ptr<Wire> make_wire(WireSettings settings, const Clock& clock, std::stop_token stop) {
  return std::make_unique<HttplibWire>(std::move(settings), clock, std::move(stop));
}

}  // namespace upselld::plugins
