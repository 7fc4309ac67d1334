// SPDX-License-Identifier: Apache-2.0
// What HubSpot's public client does with an account, done with the sandbox. Every check is one line
// of output; the first that fails ends the run.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import fs from 'node:fs';
import hubspot from '@hubspot/api-client';

const exchanges = process.env.UPSELLD_EXCHANGES ?? 'exchanges.jsonl';
fs.rmSync(exchanges, { force: true });
const program = spawn(process.argv[2],
  ['serve', '--crm', 'hubspot', '--seed', '5', '--exchanges', exchanges],
  { stdio: ['ignore', 'pipe', 'inherit'] });
const line = await new Promise((resolve, reject) => {
  createInterface({ input: program.stdout }).once('line', resolve);
  program.once('exit', (code) => reject(new Error(`the sandbox ended with ${code}`)));
});
const account = JSON.parse(line);

async function control(name, body) {
  const answer = await fetch(`${account.control_url}/${name}`, { method: 'POST', body: JSON.stringify(body) });
  assert.equal(answer.status, 200, `control ${name}: ${await answer.clone().text()}`);
  return answer.json();
}
async function counters() {
  return (await fetch(`${account.control_url}/counters`)).json();
}
async function refused(promise) {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  return assert.fail('was not refused');
}
function connect(options = {}) {
  return new hubspot.Client({ basePath: account.base_url, accessToken: account.token, ...options });
}
const modifiedSince = (from, after) => ({
  filterGroups: [{ filters: [{ propertyName: 'hs_lastmodifieddate', operator: 'GTE', value: from }] }],
  sorts: ['hs_object_id'], properties: ['name'], limit: 200, after,
});

const checks = {
  async 'a search is paged to its cap and no further'({ crm }) {
    await control('limits', { enforces: false });
    await control('index', { delay: '0s' });
    await control('seed', { object: 'companies', count: 10050, properties: { name: 'Seeded #' }, at: '2026-11-01T00:00:00Z' });
    let after;
    const seen = new Set();
    for (let page = 0; page < 50; page += 1) {
      const found = await crm.companies.searchApi.doSearch(modifiedSince('1793491200000', after));
      assert.equal(found.total, 10050);
      found.results.forEach((record) => seen.add(record.id));
      after = found.paging.next.after;
    }
    assert.equal(seen.size, 10000);
    const error = await refused(crm.companies.searchApi.doSearch(modifiedSince('1793491200000', after)));
    assert.equal(error.code, 400);
    assert.equal(error.body.category, 'VALIDATION_ERROR');
  },
  async 'all pages of a list'({ crm }) {
    assert.equal((await crm.companies.getAll(100)).length, 10050);
    await control('limits', { enforces: true });
  },
  async 'properties and groups'({ crm }) {
    await crm.properties.groupsApi.create('companies', { name: 'upselld', label: 'upselld', displayOrder: -1 });
    const score = { groupName: 'upselld', name: 'upselld_score', label: 'Score', type: 'number', fieldType: 'number' };
    assert.equal((await crm.properties.coreApi.create('companies', score)).hasUniqueValue, false);
    const error = await refused(crm.properties.coreApi.create('companies', score));
    assert.equal(error.code, 409);
    assert.equal(error.body.subCategory, 'Properties.PROPERTY_WITH_NAME_EXISTS');
    const band = await crm.properties.coreApi.create('companies', { groupName: 'upselld', name: 'upselld_band', label: 'Band',
      type: 'enumeration', fieldType: 'select', options: [{ label: 'High', value: 'high', displayOrder: 0, hidden: false }] });
    assert.equal(band.options[0].value, 'high');
    await crm.properties.coreApi.create('companies', { groupName: 'upselld', name: 'customer_no', label: 'Number',
      type: 'string', fieldType: 'text', hasUniqueValue: true });
    const key = { groupName: 'taskinformation', name: 'upselld_task_key', label: 'Key', type: 'string', fieldType: 'text', hasUniqueValue: true };
    assert.equal((await crm.properties.coreApi.create('tasks', key)).hasUniqueValue, true);
    assert.ok((await crm.properties.coreApi.getAll('companies')).results.some((each) => each.name === 'upselld_band'));
    const some = await crm.properties.batchApi.read('companies', { archived: false, dataSensitivity: 'non_sensitive', inputs: [{ name: 'name' }, { name: 'nosuch' }] });
    assert.equal(some.results.length, 1);
    assert.equal(some.numErrors, 1);
  },
  async 'a batch create with partial failure'({ crm }) {
    const inputs = Array.from({ length: 3 }, (_, i) => ({ objectWriteTraceId: `k${i}`, associations: [],
      properties: { name: `Made ${i}`, upselld_score: i === 1 ? 'many' : '70' } }));
    const made = await crm.companies.batchApi.create({ inputs });
    assert.equal(made.results.length, 2);
    assert.equal(made.numErrors, 1);
    assert.deepEqual(made.errors[0].context.objectWriteTraceId, ['k1']);
    inputs.forEach((input) => { delete input.objectWriteTraceId; });
    assert.equal((await refused(crm.companies.batchApi.create({ inputs }))).code, 400);
  },
  async 'a batch read, update and upsert with partial failure'({ crm }) {
    const [first, second] = (await crm.companies.basicApi.getPage(2)).results;
    const read = await crm.companies.batchApi.read({ inputs: [{ id: first.id }, { id: '17' }], properties: ['name'], propertiesWithHistory: [] });
    assert.deepEqual(read.results.map((record) => record.id), [first.id]);
    assert.deepEqual(read.errors[0].context.ids, ['17']);
    const changed = await crm.companies.batchApi.update({ inputs: [
      { id: first.id, properties: { upselld_score: '71.5', upselld_band: 'high' } }, { id: '17', properties: { upselld_score: '1' } }] });
    assert.equal(changed.results[0].properties.upselld_score, '71.5');
    assert.equal(changed.errors[0].category, 'OBJECT_NOT_FOUND');
    const bad = await refused(crm.companies.batchApi.update({ inputs: [{ id: second.id, properties: { upselld_band: 'High' } }] }));
    assert.equal(bad.body.errors[0].code, 'INVALID_OPTION');
    const keyed = (id, properties) => ({ id, idProperty: 'customer_no', objectWriteTraceId: `upsert ${id}`,
      properties: { customer_no: id, ...properties } });
    const inputs = [keyed('C-1', { name: 'Upserted' }), keyed('C-2', { name: 'Bad', upselld_score: 'many' })];
    for (const isNew of [true, false]) {
      const done = await crm.companies.batchApi.upsert({ inputs });
      assert.equal(done.results.length, 1);
      assert.equal(done.results[0]._new, isNew);
      assert.equal(done.results[0].properties.customer_no, 'C-1');
      assert.equal(done.numErrors, 1);
      assert.deepEqual(done.errors[0].context.objectWriteTraceId, ['upsert C-2']);
    }
    const someone = { id: 'someone@contacts.example', idProperty: 'email', properties: { email: 'someone@contacts.example' } };
    const made = (await crm.contacts.batchApi.upsert({ inputs: [someone] })).results[0];
    assert.equal(made._new, true);
    assert.equal(await crm.contacts.batchApi.archive({ inputs: [{ id: made.id }] }), undefined);
  },
  async 'single records, and a merge'({ crm }) {
    const make = (name) => crm.companies.basicApi.create({ properties: { name }, associations: [] });
    const [a, b] = [await make('One'), await make('Two')];
    assert.equal((await crm.companies.basicApi.update(a.id, { properties: { city: 'Sampletown' } })).properties.city, 'Sampletown');
    const merged = await crm.companies.basicApi.merge({ primaryObjectId: a.id, objectIdToMerge: b.id });
    assert.notEqual(merged.id, a.id);
    const read = await crm.companies.basicApi.getById(b.id, ['hs_merged_object_ids', 'city']);
    assert.equal(read.id, merged.id);
    assert.equal(read.properties.hs_merged_object_ids, `${a.id};${b.id}`);
    await crm.companies.basicApi.archive(merged.id);
    assert.equal((await refused(crm.companies.basicApi.getById(merged.id))).code, 404);
  },
  async 'tasks with their key and company'({ crm }) {
    const company = await crm.companies.basicApi.create({ properties: { name: 'Called' }, associations: [] });
    const task = (key) => ({ objectWriteTraceId: key, properties: { upselld_task_key: key, hs_timestamp: '2026-11-26T08:00:00.000Z',
      hs_task_subject: 'Call', hs_task_priority: 'HIGH', hs_task_type: 'CALL', hubspot_owner_id: '41629780' },
    associations: [{ to: { id: company.id }, types: [{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId: 192 }] }] });
    const made = await crm.objects.tasks.batchApi.create({ inputs: [task('k1'), task('k2')] });
    assert.equal(made.results.length, 2);
    const again = await crm.objects.tasks.batchApi.create({ inputs: [task('k1'), task('k3')] });
    assert.equal(again.errors[0].context.objectWriteTraceId[0], 'k1');
    const found = await crm.objects.tasks.batchApi.read({ idProperty: 'upselld_task_key', inputs: [{ id: 'k1' }, { id: 'k9' }],
      properties: ['hs_task_status'], propertiesWithHistory: [] });
    assert.equal(found.results.length, 1);
    assert.equal(found.results[0].properties.hs_task_status, 'NOT_STARTED');
    const done = await crm.objects.tasks.basicApi.update(found.results[0].id, { properties: { hs_task_status: 'COMPLETED' } });
    assert.equal(done.properties.hs_task_status, 'COMPLETED');
    const links = await crm.associations.v4.basicApi.getPage('companies', company.id, 'tasks');
    assert.equal(links.results.length, 3);
  },
  async 'associations, page by page'({ crm }) {
    const company = await crm.companies.basicApi.create({ properties: { name: 'Linked' }, associations: [] });
    const types = [{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId: 5 }];
    const deals = (await crm.deals.batchApi.create({ inputs: Array.from({ length: 60 }, (_, i) => ({ objectWriteTraceId: `d${i}`,
      properties: { dealname: `Deal ${i}`, amount: '10', pipeline: 'default', dealstage: 'closedwon' },
      associations: [{ to: { id: company.id }, types }] })) })).results;
    assert.equal(deals.length, 60);
    await control('limits', { association_page: 25 });
    let after;
    const seen = new Set();
    do {
      const page = await crm.associations.v4.batchApi.getPage('companies', 'deals', { inputs: [{ id: company.id, ...(after && { after }) }] });
      page.results[0].to.forEach((to) => seen.add(to.toObjectId));
      after = page.results[0].paging?.next.after;
    } while (after);
    assert.equal(seen.size, 60);
    const lonely = await crm.associations.v4.batchApi.getPage('companies', 'tickets', { inputs: [{ id: company.id }] });
    assert.equal(lonely.errors[0].subCategory, 'crm.associations.NO_ASSOCIATIONS_FOUND');
    const other = await crm.companies.basicApi.create({ properties: { name: 'Other' }, associations: [] });
    const linked = await crm.associations.v4.basicApi.createDefault('deals', deals[0].id, 'companies', other.id);
    assert.equal(linked.results.length, 2);
    await crm.associations.v4.basicApi.archive('deals', deals[0].id, 'companies', other.id);
    const left = await crm.associations.v4.basicApi.getPage('deals', deals[0].id, 'companies');
    assert.deepEqual(left.results.map((each) => String(each.toObjectId)), [company.id]);
  },
  async 'owners and pipelines'({ crm }) {
    const owners = (await crm.owners.ownersApi.getPage()).results;
    assert.ok(owners.some((owner) => owner.email === 'rep@sandbox.example'));
    const left = (await crm.owners.ownersApi.getPage(undefined, undefined, 100, true)).results;
    assert.equal(left[0].userIdIncludingInactive, 9586506);
    const pipelines = (await crm.pipelines.pipelinesApi.getAll('deals')).results;
    assert.equal(pipelines[0].stages.find((stage) => stage.id === 'closedwon').metadata.probability, '1.0');
    assert.equal((await crm.pipelines.pipelinesApi.getById('deals', '74212830')).label, 'Renewals');
  },
  async 'dated paths lead to the same records'(client) {
    const company = (await client.crm.companies.basicApi.getPage(1)).results[0];
    const dated = await client.apiRequest({ method: 'GET', path: `/crm/objects/2026-09/companies/${company.id}` });
    assert.equal((await dated.json()).id, company.id);
  },
  async 'an OAuth token, when it has expired, is refreshed'() {
    const client = connect({ accessToken: undefined });
    const grant = (type, code, refresh) => client.oauth.tokensApi.create(type, code, 'https://app.sandbox.example/',
      account.client_id, account.client_secret, refresh);
    const first = await grant('authorization_code', account.code);
    client.setAccessToken(first.accessToken);
    assert.equal((await client.crm.companies.basicApi.getPage(1)).results.length, 1);
    await control('auth', { expire: true });
    const error = await refused(client.crm.companies.basicApi.getPage(1));
    assert.equal(error.body.category, 'EXPIRED_AUTHENTICATION');
    const second = await grant('refresh_token', undefined, first.refreshToken);
    client.setAccessToken(second.accessToken);
    assert.equal((await client.crm.companies.basicApi.getPage(1)).results.length, 1);
    await control('auth', { revoke: true });
    assert.equal((await refused(grant('refresh_token', undefined, first.refreshToken))).body.status, 'BAD_REFRESH_TOKEN');
  },
  async 'refusals for haste are tried again'() {
    const client = connect({ numberOfApiCallRetries: 6 });
    const before = await counters();
    const all = await Promise.all(Array.from({ length: 9 }, () => client.crm.companies.searchApi.doSearch({ limit: 1 })));
    assert.ok(all.every((found) => found.results.length === 1));
    assert.ok((await counters()).refused_by_limits > before.refused_by_limits);
    await control('faults', { add: [{ path: '/owners', status: 502, content_type: 'text/html', answer_body: '<html></html>' }] });
    assert.ok((await client.crm.owners.ownersApi.getPage()).results.length > 0);
  },
};

let status = 0;
try {
  for (const [name, check] of Object.entries(checks)) {
    await check(connect());
    console.log(`ok: ${name}`);
  }
} catch (error) {
  console.error(error);
  status = 1;
} finally {
  program.removeAllListeners('exit');
  program.kill('SIGTERM');
}
process.exitCode = status;
