// SPDX-License-Identifier: Apache-2.0
#include "sandbox/hubspot/derived.h"

// What every account has before anybody puts a record in.
namespace upselld::sandbox::hubspot {
namespace {

Stage stage(const char* id, const char* label, const char* closed, const char* probability,
            bool archived = false) {
  return {id, label, {{"isClosed", closed}, {"probability", probability}}, archived};
}

Stage ticket_stage(const char* id, const char* label, const char* state) {
  return {id,
          label,
          {{"ticketState", state}, {"isClosed", state == std::string("CLOSED") ? "true" : "false"}},
          false};
}

void fill_options(Portal& portal, const char* object, const char* pipeline_property,
                  const char* stage_property) {
  ObjectType& type = *portal.schema.find(object);
  Property& pipelines = type.at(type.column(pipeline_property));
  Property& stages = type.at(type.column(stage_property));
  for (const Pipeline& pipeline : portal.pipelines[object]) {
    pipelines.options.push_back({pipeline.label, pipeline.id, "", -1, false});
    for (const Stage& each : pipeline.stages) {
      stages.options.push_back({each.label, each.id, "", -1, false});
    }
  }
}

}  // namespace

void furnish(Portal& portal) {
  const Instant made{1'577'836'800'000};
  portal.owners = {
      {"41629779", "9586504", "admin@sandbox.example", "Sandbox", "Admin", "PERSON", "EMEA", false,
       made},
      {"41629780", "9586505", "rep@sandbox.example", "Sandbox", "Rep", "PERSON", "EMEA", false,
       made},
      {"41629781", "9586506", "left@sandbox.example", "", "", "PERSON", "", true, made},
      {"41629782", "", "", "Sandbox", "Queue", "QUEUE", "", false, made}};
  portal.pipelines["deals"] = {
      {"default",
       "Sales Pipeline",
       {stage("appointmentscheduled", "Appointment scheduled", "false", "0.2"),
        stage("qualifiedtobuy", "Qualified to buy", "false", "0.4"),
        stage("contractsent", "Contract sent", "false", "0.9"),
        stage("closedwon", "Closed won", "true", "1.0"),
        stage("closedlost", "Closed lost", "true", "0.0")}},
      // Numbers for ids, two won stages, and one that is archived and still referred to.
      {"74212830",
       "Renewals",
       {stage("146310271", "Planned", "false", "0.5"), stage("146310272", "Renewed", "true", "1.0"),
        stage("146310273", "Renewed and grown", "true", "1.0"),
        stage("146310274", "Lost", "true", "0.0"),
        stage("146310275", "Old stage", "false", "0.1", /*archived=*/true)}}};
  portal.pipelines["tickets"] = {
      {"0",
       "Support Pipeline",
       {ticket_stage("1", "New", "OPEN"), ticket_stage("2", "Waiting on contact", "OPEN"),
        ticket_stage("3", "Escalated", "OPEN"), ticket_stage("4", "Closed", "CLOSED")}}};
  portal.pipelines["orders"] = {
      {"14a2e10e-5471-408a-906e-c51f3b04369e",
       "Order Pipeline",
       {{"4b27b500-f031-4927-9811-68a0b525cbae", "Open", {{"state", "OPEN"}}, false},
        {"aa99e8d0-c1d5-4071-b915-d240bbb1aed9", "Delivered", {{"state", "CLOSED"}}, false}}}};
  fill_options(portal, "deals", "pipeline", "dealstage");
  fill_options(portal, "tickets", "hs_pipeline", "hs_pipeline_stage");
  fill_options(portal, "orders", "hs_pipeline", "hs_pipeline_stage");
}

}  // namespace upselld::sandbox::hubspot
