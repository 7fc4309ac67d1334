// SPDX-License-Identifier: Apache-2.0
// What the public client does with an org, done with the sandbox. Every check is one line of output;
// the first that fails ends the run.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import crypto from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import jsforce from '@jsforce/jsforce-node';

const { Connection } = jsforce;
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'upselld_jsforce_'));
const program = spawn(process.argv[2], ['serve', '--crm', 'salesforce', '--seed', '5', '--out', folder],
  { stdio: ['ignore', 'pipe', 'inherit'] });
const line = await new Promise((resolve, reject) => {
  createInterface({ input: program.stdout }).once('line', resolve);
  program.once('exit', (code) => reject(new Error(`the sandbox ended with ${code}`)));
});
const org = JSON.parse(line);

async function control(name, body) {
  const answer = await fetch(`${org.control_url}/${name}`, { method: 'POST', body: JSON.stringify(body) });
  assert.equal(answer.status, 200, `control ${name}`);
  return answer.json();
}
async function refused(promise) {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  return assert.fail('was not refused');
}
function connect() {
  return new Connection({
    version: '62.0',
    instanceUrl: org.instance_url,
    oauth2: { loginUrl: org.login_url, clientId: org.client_id, clientSecret: org.client_secret },
  });
}

const checks = {
  async 'client credentials'() {
    const connection = connect();
    const user = await connection.authorize({ grant_type: 'client_credentials' });
    assert.equal(user.organizationId, org.organization_id);
    const identity = await connection.request(`${org.instance_url}/services/oauth2/userinfo`);
    assert.equal(identity.preferred_username, org.username);
  },
  async 'JWT bearer'() {
    const text = (object) => Buffer.from(JSON.stringify(object)).toString('base64url');
    const claims = { iss: org.client_id, sub: org.username, aud: org.audience,
      exp: Math.floor(Date.now() / 1000) + 180 };
    const input = `${text({ alg: 'RS256' })}.${text(claims)}`;
    const key = fs.readFileSync(path.join(folder, 'jwt.key'));
    const assertion = `${input}.${crypto.sign('sha256', Buffer.from(input), key).toString('base64url')}`;
    const connection = connect();
    await connection.authorize({ grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion });
    assert.ok(connection.accessToken);
  },
  async 'refresh token, once, when the session has ended'() {
    const { refresh_token: refreshToken } = await control('auth', { grant_refresh_token: org.username });
    const connection = new Connection({ version: '62.0', instanceUrl: org.instance_url, accessToken: 'old',
      refreshToken, oauth2: { loginUrl: org.login_url, clientId: org.client_id, clientSecret: org.client_secret } });
    let refreshes = 0;
    connection.on('refresh', () => { refreshes += 1; });
    assert.equal((await connection.query('SELECT COUNT() FROM Account')).totalSize, 0);
    assert.equal(refreshes, 1);
  },
  async 'collections of 200, in order, with partial failure'(connection) {
    const made = await connection.sobject('Account').create(
      Array.from({ length: 200 }, (_, i) => ({ Name: i === 150 ? 'x'.repeat(256) : `Sample ${i}` })));
    assert.equal(made.length, 200);
    assert.equal(made.filter((row) => row.success).length, 199);
    assert.equal(made[150].errors[0].statusCode, 'STRING_TOO_LONG');
    const ids = made.filter((row) => row.success).map((row) => row.id);
    const changed = await connection.sobject('Account').update(ids.map((Id, i) => ({ Id, AnnualRevenue: i * 1e6 })));
    assert.ok(changed.every((row) => row.success));
    assert.equal(changed[7].id, ids[7]);
  },
  async 'single records'(connection) {
    const made = await connection.sobject('Account').create({ Name: 'Single' });
    assert.ok(made.success);
    const read = await connection.sobject('Account').retrieve(made.id);
    assert.equal(read.Name, 'Single');
    assert.ok((await connection.sobject('Account').update({ Id: made.id, Name: 'Changed' })).success);
    assert.ok((await connection.sobject('Account').destroy(made.id)).success);
    assert.equal((await refused(connection.sobject('Account').retrieve(made.id))).errorCode, 'ENTITY_IS_DELETED');
  },
  async 'upsert by external id'(connection) {
    await control('fields', { object: 'Task', fields: 'upselld_Key__c:string:80:uxc' });
    const task = { upselld_Key__c: 'k.1', Subject: 'Try', Status: 'Not Started', Priority: 'Normal' };
    assert.equal((await connection.sobject('Task').upsert(task, 'upselld_Key__c')).created, true);
    assert.equal((await connection.sobject('Task').upsert(task, 'upselld_Key__c')).created, false);
    const two = await connection.sobject('Task').upsert([task, { ...task, upselld_Key__c: 'k.2' }], 'upselld_Key__c');
    assert.deepEqual(two.map((row) => row.created), [false, true]);
  },
  async 'queries with pages'(connection) {
    await connection.sobject('Account').create(
      Array.from({ length: 2400 }, (_, i) => ({ Name: `Paged ${i}` })), { allowRecursive: true });
    const first = await connection.query("SELECT Id, Name, Owner.Name FROM Account WHERE Name LIKE 'Paged%'");
    assert.equal(first.totalSize, 2400);
    assert.equal(first.done, false);
    const rest = await connection.queryMore(first.nextRecordsUrl);
    assert.equal(first.records.length + rest.records.length, 2400);
    assert.equal(rest.records[0].Owner.Name, 'Sandbox Integration');
    const all = await connection.query("SELECT Id FROM Account WHERE Name LIKE 'Paged%'", { autoFetch: true, maxFetch: 5000 });
    assert.equal(all.records.length, 2400);
  },
  async 'queryAll sees what was deleted'(connection) {
    const text = "SELECT Id FROM Account WHERE Name = 'Changed'";
    assert.equal((await connection.query(text)).totalSize, 0);
    assert.equal((await connection.query(text, { scanAll: true })).totalSize, 1);
  },
  async 'updated and deleted'(connection) {
    const end = new Date(Date.now() + 120000), start = new Date(Date.now() - 600000);
    assert.ok((await connection.updated('Account', start, end)).ids.length > 2000);
    assert.equal((await connection.deleted('Account', start, end)).deletedRecords.length, 1);
  },
  async 'bulk query'(connection) {
    connection.bulk2.pollInterval = 20;
    const stream = await connection.bulk2.query("SELECT Id, Name, SystemModstamp FROM Account WHERE Name LIKE 'Paged%'");
    const rows = await stream.toArray();
    assert.equal(rows.length, 2400);
    assert.match(rows[0].SystemModstamp, /^\d{4}-\d\d-\d\dT/);
  },
  async 'bulk ingest'(connection) {
    const [{ Id }] = (await connection.query("SELECT Id FROM Account WHERE Name = 'Sample 1'")).records;
    const result = await connection.bulk2.loadAndWaitForResults({ object: 'Account', operation: 'update', pollInterval: 20,
      input: [{ Id, Industry: 'with, comma "and quote"' }, { Id: '001xx000003DGb2AAG', Industry: 'x' }] });
    assert.equal(result.successfulResults.length, 1);
    assert.match(result.failedResults[0].sf__Error, /^INVALID_CROSS_REFERENCE_KEY:/);
    assert.equal(result.unprocessedRecords.length, 0);
    assert.equal((await connection.sobject('Account').retrieve(Id)).Industry, 'with, comma "and quote"');
  },
  async 'describe and limits'(connection) {
    const account = await connection.sobject('Account').describe();
    assert.equal(account.fields.find((field) => field.name === 'Name').length, 255);
    assert.ok((await connection.describeGlobal()).sobjects.some((object) => object.name === 'Task'));
    const limits = await connection.limits();
    assert.ok(limits.DailyApiRequests.Remaining < limits.DailyApiRequests.Max);
    assert.equal(connection.limitInfo.apiUsage.limit, limits.DailyApiRequests.Max);
  },
  async 'errors as the client knows them'(connection) {
    assert.equal((await refused(connection.query('SELECT Nme FROM Account'))).errorCode, 'INVALID_FIELD');
    assert.equal((await refused(connection.query('SELECT Id FRM Account'))).errorCode, 'MALFORMED_QUERY');
    assert.equal((await refused(connection.sobject('Acount').describe())).errorCode, 'NOT_FOUND');
    assert.equal((await refused(connection.sobject('Account').create({ Name: '' }))).errorCode, 'REQUIRED_FIELD_MISSING');
    const wrong = new Connection({ version: '62.0', oauth2: { loginUrl: org.login_url, clientId: 'nobody', clientSecret: 'x' } });
    assert.match((await refused(wrong.authorize({ grant_type: 'client_credentials' }))).message, /client identifier invalid/);
  },
};

let status = 0;
try {
  const connection = connect();
  await connection.authorize({ grant_type: 'client_credentials' });
  for (const [name, check] of Object.entries(checks)) {
    await check(connection);
    console.log(`ok: ${name}`);
  }
} catch (error) {
  console.error(error);
  status = 1;
} finally {
  program.removeAllListeners('exit');
  program.kill('SIGTERM');
  fs.rmSync(folder, { recursive: true });
}
process.exitCode = status;
