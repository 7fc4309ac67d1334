// SPDX-License-Identifier: Apache-2.0
#include <initializer_list>

#include "sandbox/salesforce/schema.h"

// The objects that every org of the sandbox has, with the fields that matter to a connector.
namespace upselld::sandbox::salesforce {
namespace {

struct Standard {
  const char* name;
  const char* prefix;
  const char* fields;
};

constexpr Standard kObjects[] = {
    {"Organization", "00D",
     "Name:string:80|OrganizationType:string:40:o|IsSandbox:boolean::o|TimeZoneSidKey:string:40|"
     "InstanceName:string:5:o|NamespacePrefix:string:15:o"},
    {"User", "005",
     "Username:string:80:r|Name:string:121:o|FirstName:string:40|LastName:string:80|"
     "Email:email:128:r|Alias:string:8|IsActive:boolean|UserType:picklist:Standard:o|"
     "ProfileId:reference:Profile>Profile|UserRoleId:reference:UserRole>UserRole|"
     "ManagerId:reference:User>Manager|TimeZoneSidKey:picklist:UTC;Europe/Berlin|"
     "LastLoginDate:datetime::o"},
    {"Group", "00G",
     "Name:string:40:r|DeveloperName:string:80|Type:picklist:Queue;Regular|Email:email:128"},
    {"Profile", "00e", "Name:string:255:r|UserType:picklist:Standard:o"},
    {"UserRole", "00E", "Name:string:80:r|DeveloperName:string:80"},
    {"Account", "001",
     "Name:string:255:r|Type:picklist:Prospect;Customer - Direct;Customer - Channel;Other|"
     "ParentId:reference:Account>Parent|MasterRecordId:reference:Account>MasterRecord:o|"
     "OwnerId:reference:User>Owner|Industry:picklist|AnnualRevenue:currency:18.0|"
     "NumberOfEmployees:int:8|BillingStreet:textarea:255|BillingCity:string:40|"
     "BillingState:string:80|BillingPostalCode:string:20|BillingCountry:string:80|Phone:phone:40|"
     "Website:url:255|AccountSource:picklist:Web;Partner Referral|Description:textarea:32000|"
     "LastActivityDate:date::o|IsPersonAccount:boolean::o|CurrencyIsoCode:picklist:EUR;USD"},
    {"Contact", "003",
     "AccountId:reference:Account>Account|MasterRecordId:reference:Contact>MasterRecord:o|"
     "OwnerId:reference:User>Owner|Name:string:121:o|FirstName:string:40|LastName:string:80:r|"
     "Title:string:128|Department:string:80|Email:email:80|Phone:phone:40|"
     "HasOptedOutOfEmail:boolean|DoNotCall:boolean|IsEmailBounced:boolean::o|"
     "EmailBouncedDate:datetime|IndividualId:reference:Individual>Individual|"
     "LastActivityDate:date::o"},
    {"Lead", "00Q",
     "LastName:string:80:r|FirstName:string:40|Company:string:255:r|Name:string:121:o|"
     "OwnerId:reference:User,Group>Owner|Status:picklist:Open;Closed|Email:email:80"},
    {"Individual", "0PK",
     "LastName:string:80:r|Name:string:121:o|OwnerId:reference:User>Owner|"
     "HasOptedOutSolicit:boolean|HasOptedOutProcessing:boolean|HasOptedOutProfiling:boolean|"
     "HasOptedOutTracking:boolean|ShouldForget:boolean"},
    {"Opportunity", "006",
     "AccountId:reference:Account>Account|OwnerId:reference:User>Owner|Name:string:120:r|"
     "StageName:picklist:Prospecting;Negotiation/Review;Closed Won;Closed Lost:r|"
     "Type:picklist:Existing Customer - Upgrade;Existing Customer - Replacement;"
     "Existing Customer - Downgrade;New Customer|Amount:currency:18.2|Probability:percent:3.0|"
     "CloseDate:date::r|IsClosed:boolean::o|IsWon:boolean::o|"
     "ForecastCategory:picklist:Pipeline;Closed;Omitted:o|LeadSource:picklist:Web|"
     "CampaignId:reference:Campaign>Campaign|HasOpportunityLineItem:boolean::o|"
     "Pricebook2Id:reference:Pricebook2>Pricebook2|Description:textarea:32000|"
     "LastActivityDate:date::o|CurrencyIsoCode:picklist:EUR;USD"},
    {"OpportunityLineItem", "00k",
     "OpportunityId:reference:Opportunity>Opportunity:rn|Product2Id:reference:Product2>Product2:n|"
     "PricebookEntryId:reference:PricebookEntry>PricebookEntry:n|ProductCode:string:255:o|"
     "Name:string:376:o|Quantity:double:12.2:r|UnitPrice:currency:18.2|ListPrice:currency:18.2:o|"
     "TotalPrice:currency:18.2|ServiceDate:date|SortOrder:int:9"},
    {"OpportunityContactRole", "00K",
     "OpportunityId:reference:Opportunity>Opportunity:rn|ContactId:reference:Contact>Contact:r|"
     "Role:picklist:Decision Maker;Business User;Other|IsPrimary:boolean"},
    {"Product2", "01t",
     "Name:string:255:r|ProductCode:string:255|Family:picklist|IsActive:boolean|"
     "QuantityUnitOfMeasure:picklist|IsArchived:boolean::o|Description:textarea:4000"},
    {"Pricebook2", "01s", "Name:string:255:r|IsActive:boolean|IsStandard:boolean::o"},
    {"PricebookEntry", "01u",
     "Pricebook2Id:reference:Pricebook2>Pricebook2:rn|Product2Id:reference:Product2>Product2:rn|"
     "Name:string:255:o|UnitPrice:currency:18.2:r|IsActive:boolean|ProductCode:string:255:o"},
    {"Order", "801",
     "AccountId:reference:Account>Account|OwnerId:reference:User>Owner|"
     "ContractId:reference:Contract>Contract|EffectiveDate:date::r|EndDate:date|"
     "Status:picklist:Draft;Activated:r|StatusCode:picklist:Draft;Activated:o|Type:picklist|"
     "TotalAmount:currency:18.2:o|ActivatedDate:datetime::o|IsReductionOrder:boolean|"
     "OrderNumber:string:30:o|CurrencyIsoCode:picklist:EUR;USD"},
    {"OrderItem", "802",
     "OrderId:reference:Order>Order:rn|Product2Id:reference:Product2>Product2:n|"
     "Quantity:double:18.2:r|UnitPrice:currency:18.2|ListPrice:currency:18.2:o|"
     "TotalPrice:currency:18.2:o|ServiceDate:date|EndDate:date"},
    {"Asset", "02i",
     "Name:string:255:r|AccountId:reference:Account>Account|ContactId:reference:Contact>Contact|"
     "Product2Id:reference:Product2>Product2|Quantity:double:18.2|Price:currency:18.2|"
     "Status:picklist|PurchaseDate:date|InstallDate:date|UsageEndDate:date|"
     "IsCompetitorProduct:boolean"},
    {"Contract", "800",
     "AccountId:reference:Account>Account:r|OwnerId:reference:User>Owner|StartDate:date|"
     "EndDate:date::o|ContractTerm:int:4|Status:picklist:Draft;Activated|"
     "StatusCode:picklist:Draft;Activated:o|ActivatedDate:datetime::o"},
    {"Case", "500",
     "CaseNumber:string:30:o|AccountId:reference:Account>Account|"
     "ContactId:reference:Contact>Contact|AssetId:reference:Asset>Asset|"
     "OwnerId:reference:User,Group>Owner|Type:picklist|Reason:picklist|"
     "Priority:picklist:High;Medium;Low|Origin:picklist:Phone;Email;Web|"
     "Status:picklist:New;Working;Escalated;Closed|Subject:string:255|"
     "Description:textarea:32000|IsClosed:boolean::o|ClosedDate:datetime::o|IsEscalated:boolean"},
    {"Task", "00T",
     "WhoId:reference:Contact,Lead>Who|WhatId:reference:Account,Opportunity,Case,Contract,Asset,"
     "Order,Campaign,Product2>What|OwnerId:reference:User,Group>Owner|"
     "AccountId:reference:Account>Account:o|Subject:combobox:Call;Email;Send Letter|"
     "Description:textarea:32000|ActivityDate:date|"
     "Status:picklist:Not Started;In Progress;Completed;Waiting on someone else;Deferred:r|"
     "Priority:picklist:High;Normal;Low:r|IsHighPriority:boolean::o|IsClosed:boolean::o|"
     "IsArchived:boolean::o|TaskSubtype:picklist:Task;Email;Call:n|"
     "CallType:picklist:Internal;Inbound;Outbound|CallDurationInSeconds:int:8|"
     "CompletedDateTime:datetime::o|IsReminderSet:boolean|ReminderDateTime:datetime|"
     "IsRecurrence:boolean::o"},
    {"Event", "00U",
     "WhoId:reference:Contact,Lead>Who|WhatId:reference:Account,Opportunity,Case,Contract,Asset,"
     "Order,Campaign,Product2>What|OwnerId:reference:User>Owner|"
     "AccountId:reference:Account>Account:o|Subject:combobox:Call;Meeting|"
     "Description:textarea:32000|StartDateTime:datetime|EndDateTime:datetime|"
     "DurationInMinutes:int:8|ActivityDate:date|IsAllDayEvent:boolean|IsChild:boolean::o|"
     "IsArchived:boolean::o|EventSubtype:picklist:Event:n"},
    {"EmailMessage", "02s",
     "ParentId:reference:Case>Parent|RelatedToId:reference:Account,Opportunity,Case>RelatedTo|"
     "ActivityId:reference:Task>Activity|Incoming:boolean|MessageDate:datetime|"
     "FromAddress:email:1000|Subject:string:3000|Status:picklist:New;Read;Replied;Sent"},
    {"Campaign", "701", "Name:string:80:r|IsActive:boolean|Status:picklist|Type:picklist"},
    {"CampaignMember", "00v",
     "CampaignId:reference:Campaign>Campaign:rn|ContactId:reference:Contact>Contact:n|"
     "LeadId:reference:Lead>Lead:n|Status:picklist:Sent;Responded|HasResponded:boolean::o|"
     "FirstRespondedDate:date::o"},
    {"AccountHistory", "017",
     "AccountId:reference:Account>Account:n|Field:picklist::n|DataType:string:40:o|"
     "OldValue:textarea:4000:n|NewValue:textarea:4000:n"},
    {"OpportunityFieldHistory", "018",
     "OpportunityId:reference:Opportunity>Opportunity:n|Field:picklist::n|"
     "OldValue:textarea:4000:n|NewValue:textarea:4000:n"},
    {"OpportunityStage", "01J",
     "MasterLabel:string:255|ApiName:string:255|IsActive:boolean|SortOrder:int:9|"
     "IsClosed:boolean|IsWon:boolean|ForecastCategory:picklist|DefaultProbability:percent:3.0"},
    {"TaskStatus", "01T",
     "MasterLabel:string:255|ApiName:string:255|SortOrder:int:9|IsDefault:boolean|IsClosed:"
     "boolean"},
    {"TaskPriority", "01P",
     "MasterLabel:string:255|ApiName:string:255|SortOrder:int:9|IsDefault:boolean|"
     "IsHighPriority:boolean"},
    {"CurrencyType", "01L",
     "IsoCode:string:3|ConversionRate:double:18.6|DecimalPlaces:int:2|IsActive:boolean|"
     "IsCorporate:boolean"},
    {"PermissionSet", "0PS",
     "Name:string:80:rn|Label:string:80:r|Description:textarea:255|IsOwnedByProfile:boolean::o|"
     "PermissionsApiEnabled:boolean|PermissionsViewSetup:boolean|PermissionsViewAllData:boolean|"
     "PermissionsEditTask:boolean|PermissionsCustomizeApplication:boolean"},
    {"FieldPermissions", "01k",
     "ParentId:reference:PermissionSet>Parent:rn|SobjectType:picklist::rn|Field:picklist::rn|"
     "PermissionsRead:boolean|PermissionsEdit:boolean"},
    {"ObjectPermissions", "110",
     "ParentId:reference:PermissionSet>Parent:rn|SobjectType:picklist::rn|"
     "PermissionsCreate:boolean|PermissionsRead:boolean|PermissionsEdit:boolean|"
     "PermissionsDelete:boolean|PermissionsViewAllRecords:boolean|"
     "PermissionsModifyAllRecords:boolean"},
    {"CustomField", "00N",
     "DeveloperName:string:80|TableEnumOrId:string:40|NamespacePrefix:string:15"},
    {"PermissionSetAssignment", "0Pa",
     "PermissionSetId:reference:PermissionSet>PermissionSet:rn|"
     "AssigneeId:reference:User>Assignee:rn"},
};

bool is_one_of(std::string_view name, std::initializer_list<std::string_view> names) {
  for (const std::string_view each : names) {
    if (name == each) return true;
  }
  return false;
}

void lose(ObjectType& type, std::initializer_list<SystemColumn> columns) {
  for (const SystemColumn column : columns) {
    type.fields[static_cast<std::size_t>(column)].absent = true;
  }
}

void set_facts(ObjectType& type) {
  const std::string_view name = type.name;
  if (is_one_of(name, {"TaskStatus", "TaskPriority", "OpportunityStage", "Organization",
                       "CurrencyType"})) {
    type.bulk = name == "OpportunityStage" || name == "Organization";
    type.createable = type.updateable = type.deletable = type.replicateable = false;
    lose(type, {kIsDeleted});
  }
  if (is_one_of(name, {"AccountHistory", "OpportunityFieldHistory"})) {
    type.createable = type.updateable = type.deletable = type.replicateable = false;
    lose(type, {kLastModifiedDate, kLastModifiedById, kSystemModstamp});
    for (const char* value : {"OldValue", "NewValue"}) {
      type.fields[static_cast<std::size_t>(type.column(value))].long_text = true;
    }
  }
  if (is_one_of(name, {"User", "Group", "Profile", "UserRole"})) {
    type.deletable = false;
    lose(type, {kIsDeleted});
  }
  if (name == "CustomField") {
    type.tooling = true;
    type.createable = type.updateable = type.deletable = type.replicateable = type.bulk = false;
    lose(type, {kIsDeleted, kSystemModstamp});
  }
  if (is_one_of(name, {"PermissionSet", "FieldPermissions", "ObjectPermissions",
                       "PermissionSetAssignment"})) {
    type.setup = true;
    type.replicateable = type.bulk = false;
    lose(type, {kIsDeleted});
  }
}

}  // namespace

Schema Schema::standard() {
  Schema schema;
  for (const Standard& each : kObjects) {
    set_facts(schema.add(make_object(each.name, each.prefix, each.fields)));
  }
  return schema;
}

}  // namespace upselld::sandbox::salesforce
