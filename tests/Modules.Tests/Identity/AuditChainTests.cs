using HeadlessPro.Platform.Audit;
using HeadlessPro.Platform.Jobs;

namespace HeadlessPro.Modules.Tests.Identity;

/// <summary>Whatever is done to the audit log behind its back shows.</summary>
public class AuditChainTests(HpApp app) : IClassFixture<HpApp>
{
    // Each is undone again, so that the next begins with a sound chain. :n is the n-th last position.
    [Theory]
    [InlineData("update audit.entries set actor_id = 'user_other' where id = :2", "update audit.entries set actor_id = (select actor_id from kept where id = :2) where id = :2", "changed: entry :2 at position #2 is not as it was sealed")]
    [InlineData("update audit.entries set details = '{}' where id = :2", "update audit.entries set details = (select details from kept where id = :2) where id = :2", "changed: entry :2 at position #2 is not as it was sealed")]
    [InlineData("update audit.entries set created_at = created_at + interval '1 microsecond' where id = :2", "update audit.entries set created_at = created_at - interval '1 microsecond' where id = :2", "changed: entry :2 at position #2 is not as it was sealed")]
    [InlineData("delete from audit.entries where id = :2", "insert into audit.entries overriding system value select * from kept where id = :2", "missing: entry :2 at position #2 is gone")]
    [InlineData("delete from audit.entries where id = :2; delete from audit.chain where entry_id = :2", "insert into audit.entries overriding system value select * from kept where id = :2; insert into audit.chain select * from kept_chain where entry_id = :2", "missing: nothing is at position #2; the next is #1")]
    [InlineData("delete from audit.entries where id in (:1, :2); insert into audit.entries overriding system value select case id when :1 then :2 else :1 end, created_at, kind, action, resource, resource_id, actor_type, actor_id, operation, request_id, details, salt from kept where id in (:1, :2)", "delete from audit.entries where id in (:1, :2); insert into audit.entries overriding system value select * from kept where id in (:1, :2)", "reordered: entry :2 at position #2 belongs elsewhere")]
    [InlineData("update audit.chain set position = -position where position in (#2, #1); update audit.chain set position = #1 where position = -#2; update audit.chain set position = #2 where position = -#1", "delete from audit.chain where position in (#2, #1); insert into audit.chain select * from kept_chain where position in (#2, #1)", "reordered: entry :1 at position #2 belongs elsewhere")]
    [InlineData("insert into audit.entries (id, kind, action, actor_type, details) overriding system value values (0, 'security', 'nothing', 'nobody', '{}')", "delete from audit.entries where id = 0", "inserted: entry 0 is in no chain")]
    [InlineData("insert into audit.entries (id, kind, action, actor_type, details) overriding system value values (0, 'security', 'nothing', 'nobody', '{}'); insert into audit.chain select #1 + 1, 0, c.details_digest, c.digest, c.seal from audit.chain c where position = #1", "delete from audit.entries where id = 0; delete from audit.chain where entry_id = 0", "changed: entry 0 at position #0 is not as it was sealed")]
    [InlineData("update audit.chain set seal = sha256('anything') where position = #2", "update audit.chain set seal = (select seal from kept_chain where position = #2) where position = #2", "inserted: entry :2 at position #2 was never sealed there")]
    public async Task Tampering_shows_where_it_begins_and_what_it_is(string tamper, string undo, string finding)
    {
        await Fill(3);
        Assert.Empty((await Verify()).Findings);
        await Run("drop table if exists kept; drop table if exists kept_chain; create table kept as select * from audit.entries; create table kept_chain as select * from audit.chain");
        var last = await app.Scalar<long>("select max(position) from audit.chain");
        var (second, first) = (await EntryAt(last - 1), await EntryAt(last));
        string Fill2(string text) => text.Replace(":2", $"{second}").Replace(":1", $"{first}").Replace("#2", $"{last - 1}").Replace("#1", $"{last}").Replace("#0", $"{last + 1}");

        await Run(Fill2(tamper));
        var verdict = await Verify();
        await Run(Fill2(undo));
        await Run("drop table kept; drop table kept_chain");

        Assert.Equal(Fill2(finding), verdict.Findings[0]);
        Assert.Empty((await Verify()).Findings);
    }

    [Fact]
    public async Task A_tail_that_was_cut_off_shows_by_a_head_that_was_kept_elsewhere_and_so_does_a_chain_written_anew()
    {
        await Fill(3);
        var head = (await Verify()).Head;
        Assert.Equal(head.ToString(), ChainHead.Parse(head.ToString())!.ToString());
        Assert.Empty((await Verify(expected: head)).Findings);
        Assert.Equal(0, (await Verify(since: head, expected: head)).Checked);
        await Fill(1);
        Assert.Empty((await Verify(expected: head)).Findings);
        var sinceThen = await Verify(since: head);
        Assert.Equal((2L, 0), (sinceThen.Checked, sinceThen.Findings.Count));
        await Run("drop table if exists kept; drop table if exists kept_chain; create table kept as select * from audit.entries; create table kept_chain as select * from audit.chain");

        await Run($"delete from audit.entries where id in (select entry_id from audit.chain where position >= {head.Position - 1}); delete from audit.chain where position >= {head.Position - 1}");
        Assert.Empty((await Verify()).Findings);
        Assert.Equal($"cut off: the chain ends at position {head.Position - 2}, and once went on to {head.Position}", Assert.Single((await Verify(expected: head)).Findings));
        await Fill(2);
        Assert.Empty((await Verify()).Findings);
        Assert.Equal(
            $"changed: at position {head.Position} the chain has another seal than it once had; it was written anew", Assert.Single((await Verify(expected: head)).Findings));
        await Run("drop table kept; drop table kept_chain");
    }

    [Fact]
    public async Task A_head_that_cannot_be_compared_is_a_finding()
    {
        await Fill(3);
        var (old, begins) = (await HeadAt(1), await app.Scalar<long>("select max(position) - 1 from audit.chain"));
        var (head, beyond) = ((await Verify()).Head, new ChainHead((await Verify()).Head.Position + 1, old.Seal));
        Assert.Equal($"begins after position {begins}: the head at position 1 cannot be compared", Assert.Single((await Verify(since: await HeadAt(begins), expected: old)).Findings));
        Assert.Equal($"cut off: the chain ends at position {head.Position}, and once went on to {beyond.Position}", Assert.Single((await Verify(since: beyond)).Findings));
        await Run($"drop table if exists kept_chain; create table kept_chain as select * from audit.chain; insert into audit.beginning (position, seal) select position, seal from audit.chain where position = {begins}; delete from audit.chain where position <= {begins}");
        var findings = new[] { await Verify(expected: old), await Verify(since: old) }.Select(v => v.Findings[0]).ToList();
        var command = await HostProcess.Run($"audit verify --expect {old}", app.ConnectionString);
        await Run($"insert into audit.chain select * from kept_chain where position <= {begins}; delete from audit.beginning; drop table kept_chain");

        Assert.All(findings, f => Assert.Equal($"begins after position {begins}: the head at position 1 cannot be compared", f));
        Assert.True(command.ExitCode == 1 && command.Said.StartsWith($"BROKEN  begins after position {begins}", StringComparison.Ordinal), command.Said);
        Assert.Empty((await Verify()).Findings);
    }

    private async Task<ChainHead> HeadAt(long position) => new(position, (await app.Scalar<byte[]>($"select seal from audit.chain where position = {position}"))!);

    [Fact]
    public async Task What_is_blanked_is_gone_and_the_chain_still_holds()
    {
        var customer = (string)(await app.Admin.PostJson("/admin/customers", new { email = Person.NewEmail(), first_name = "Forgotten" }))["customer"]!["id"]!;
        Assert.Equal(1L, await app.Scalar<long>($"select count(*) from audit.entries where resource_id = '{customer}' and details::text like '%Forgotten%'"));

        Assert.Equal(1, await app.Contract<AuditLog>().Redact([customer], [], default));

        Assert.Equal(0L, await app.Scalar<long>("select count(*) from audit.entries where details::text like '%Forgotten%'"));
        var verdict = await Verify();
        Assert.Equal((0, true), (verdict.Findings.Count, verdict.Redacted > 0));
        var entry = (await app.Admin.GetJson($"/admin/audit?resource_id={customer}"))["audit_entries"]![0]!;
        Assert.Equal((true, "created", null), ((bool)entry["is_redacted"]!, (string)entry["action"]!, (string?)entry["after"]?.ToJsonString()));
        Assert.Equal($$"""{"entries": 1, "entry_ids": [{{entry["id"]}}]}""", await app.Scalar<string>("select (details::jsonb - 'address' - 'user_agent')::text from audit.entries where action = 'audit_redacted' order by id desc limit 1"));
        // Repeated, there is nothing to blank and nothing to say.
        var entries = await app.Scalar<long>("select count(*) from audit.entries");
        Assert.Equal(0, await app.Contract<AuditLog>().Redact([customer], [], default));
        Assert.Equal(entries, await app.Scalar<long>("select count(*) from audit.entries"));
    }

    [Fact]
    public async Task What_is_blanked_or_cut_without_an_entry_that_says_so_is_a_finding()
    {
        await Fill(3);
        var (position, id) = (await app.Scalar<long>("select max(position) - 1 from audit.chain"), await EntryAt(await app.Scalar<long>("select max(position) - 1 from audit.chain")));
        await Run($"drop table if exists kept; create table kept as select * from audit.entries where id = {id}; drop table if exists kept_chain; create table kept_chain as select * from audit.chain where position <= {position}");
        await Run($"update audit.entries set details = null, salt = null where id = {id}");
        var blanked = await Verify();
        await Run($"set session_replication_role = replica; update audit.entries e set details = k.details, salt = k.salt from kept k where k.id = e.id; reset session_replication_role");
        Assert.Equal($"blanked: the details of entry {id} are gone, and no entry says that they were redacted", Assert.Single(blanked.Findings));

        await Run($"insert into audit.beginning (position, seal) select position, seal from audit.chain where position = {position}; set session_replication_role = replica; delete from audit.chain where position <= {position}; reset session_replication_role");
        var cut = await Verify();
        await Run("set session_replication_role = replica; insert into audit.chain select * from kept_chain; delete from audit.beginning; reset session_replication_role; drop table kept; drop table kept_chain");
        Assert.Contains($"cut: the chain begins after position {position}, and no entry says that it was cut there", cut.Findings);
        Assert.Empty((await Verify()).Findings);
    }

    [Fact]
    public async Task What_waits_too_long_is_said()
    {
        await Fill(1);
        await Run("insert into audit.entries (created_at, kind, action, actor_type, details) values (now() - interval '2 minutes', 'security', 'late', 'nobody', '{}')");
        var late = await app.Scalar<long>("select id from audit.entries where action = 'late'");
        await using var sealers = await app.Database.OpenConnectionAsync();
        // Nobody seals for as long as this holds.
        await using var transaction = await sealers.BeginTransactionAsync();
        await using (var hold = new Npgsql.NpgsqlCommand("select pg_advisory_xact_lock(24949, 0)", sealers, transaction)) await hold.ExecuteNonQueryAsync();
        await Run($"insert into audit.unsealed (entry_id) values ({late})");

        var verdict = await app.Contract<VerifyAudit>().Run(null, null, default);

        Assert.Equal("late: 1 entries wait to be sealed for more than 60 seconds; a running host does it", Assert.Single(verdict.Findings));
        Assert.Equal(1, verdict.Waiting);
        await transaction.RollbackAsync();
        Assert.Empty((await Verify()).Findings);
    }

    [Fact]
    public async Task Many_at_once_and_several_sealers_make_one_sound_chain_and_nobody_is_missed()
    {
        await Fill(1);
        var before = await app.Scalar<long>("select count(*) from audit.chain");
        await using var other = new SecondHost(app.ConnectionString);
        await other.InitializeAsync();

        var sealing = Enumerable.Range(0, 6).Select(async i =>
        {
            for (var n = 0; n < 10; n++) await (i % 2 == 0 ? app : other).Contract<JobRunner>().RunNow(SealJob, default);
        });
        var writing = Enumerable.Range(0, 40).Select(i => (i % 2 == 0 ? app : other).Admin.PostJson("/admin/sales-channels", new { name = $"Racing {i}" }));
        await Task.WhenAll(sealing.Concat(writing.Cast<Task>()));

        var verdict = await Verify();
        Assert.Empty(verdict.Findings);
        Assert.Equal(0, verdict.Waiting);
        Assert.Equal(before + 80, await app.Scalar<long>("select count(*) from audit.chain"));
        Assert.Equal(await app.Scalar<long>("select count(*) from audit.entries"), await app.Scalar<long>("select count(*) from audit.chain"));
    }

    [Fact]
    public async Task The_command_verifies_beside_a_running_host_and_its_exit_code_says_what_it_found()
    {
        await Fill(2);
        var sound = await HostProcess.Run("audit verify", app.ConnectionString);
        Assert.True(sound.ExitCode == 0 && sound.Said.Contains($"head {(await Verify()).Head.Position}:", StringComparison.Ordinal), sound.Said);
        var entry = await EntryAt((await Verify()).Head.Position);
        await Run($"update audit.entries set action = 'nothing' where id = {entry}");
        var broken = await HostProcess.Run("audit verify", app.ConnectionString);
        Assert.True(broken.ExitCode == 1 && broken.Said.StartsWith($"BROKEN  changed: entry {entry} at position ", StringComparison.Ordinal), broken.Said);
        await Run($"update audit.entries set action = 'accepted' where id = {entry}");
        var exported = await HostProcess.Run("audit export", app.ConnectionString);
        Assert.Contains(exported.Said.Split('\n'), l => l.StartsWith($$"""{"id" : {{entry}}, "created_at" : """, StringComparison.Ordinal));
        Assert.Equal(2, (await HostProcess.Run("audit erase", app.ConnectionString)).ExitCode);
    }

    private const string SealJob = "platform.seal_audit";

    private async Task Fill(int changes)
    {
        for (var i = 0; i < changes; i++) await app.Admin.PostJson("/admin/sales-channels", new { name = $"Filled {i}" });
        await app.Contract<JobRunner>().RunNow(SealJob, default);
    }

    private async Task<AuditVerdict> Verify(ChainHead? since = null, ChainHead? expected = null)
    {
        await app.Contract<JobRunner>().RunNow(SealJob, default);
        return await app.Contract<VerifyAudit>().Run(since, expected, default);
    }

    private Task<long> EntryAt(long position) => app.Scalar<long>($"select entry_id from audit.chain where position = {position}");

    // As somebody who may do anything in the database.
    private Task Run(string sql) => app.Scalar<object>($"set session_replication_role = replica; {sql}; reset session_replication_role");

    private sealed class SecondHost(string connectionString) : HpApp
    {
        public override async ValueTask InitializeAsync() => await StartOn(connectionString);

        public override async ValueTask DisposeAsync()
        {
            GC.SuppressFinalize(this);
            await Stop();
        }
    }
}
