using System.Buffers;
using System.Text;
using System.Text.Json;
using HeadlessPro.Platform.Web;

namespace HeadlessPro.Platform.Tests.Web;

/// <summary>The grammar of the wire page's section 1, seen through what it leaves of an answer.</summary>
public class FieldsTests
{
    private const string Product = """
        {"id":"p","title":"T","handle":"h","metadata":{"a":1,"id":7},"thumbnail":null,
         "variants":[{"id":"v1","sku":"S1","metadata":null,"options":[{"id":"o1","value":"L","option":{"id":"x","title":"Size"}}]},
                     {"id":"v2","sku":"S2","metadata":{"k":[1,{"z":2}]},"options":[]}],
         "collection":{"id":"c","title":"C","products":[{"id":"p"}]},"tags":[]}
        """;

    private static readonly string[] Defaults = ["title", "handle", "variants", "variants.options.**"];

    [Theory]
    // Defaults.
    [InlineData(null, """{"id":"p","title":"T","handle":"h","variants":[{"id":"v1","sku":"S1","metadata":null,"options":[{"id":"o1","value":"L","option":{"id":"x","title":"Size"}}]},{"id":"v2","sku":"S2","metadata":{"k":[1,{"z":2}]},"options":[]}]}""")]
    // A piece without modifier replaces; id is always there; spaces after commas and empty pieces do no harm.
    [InlineData("handle", """{"id":"p","handle":"h"}""")]
    [InlineData("id, handle, title", """{"id":"p","title":"T","handle":"h"}""")]
    [InlineData("handle,,title,", """{"id":"p","title":"T","handle":"h"}""")]
    [InlineData("handle,+title", """{"id":"p","title":"T","handle":"h"}""")]
    [InlineData("handle,*collection", """{"id":"p","handle":"h","collection":{"id":"c","title":"C"}}""")]
    [InlineData("unknown", """{"id":"p"}""")]
    [InlineData("title.length", """{"id":"p","title":"T"}""")]
    // Relations: own properties only, or what is named below.
    [InlineData("variants", """{"id":"p","variants":[{"id":"v1","sku":"S1","metadata":null},{"id":"v2","sku":"S2","metadata":{"k":[1,{"z":2}]}}]}""")]
    [InlineData("handle,variants.sku", """{"id":"p","handle":"h","variants":[{"id":"v1","sku":"S1"},{"id":"v2","sku":"S2"}]}""")]
    [InlineData("handle,*variants.options", """{"id":"p","handle":"h","variants":[{"id":"v1","options":[{"id":"o1","value":"L"}]},{"id":"v2","options":[]}]}""")]
    [InlineData("handle,variants.options.option.*", """{"id":"p","handle":"h","variants":[{"id":"v1","options":[{"id":"o1","option":{"id":"x","title":"Size"}}]},{"id":"v2","options":[]}]}""")]
    // A star on a scalar or on plain JSON is tolerated.
    [InlineData("handle,*title,*metadata,*thumbnail", """{"id":"p","title":"T","handle":"h","metadata":{"a":1,"id":7},"thumbnail":null}""")]
    // Removing.
    [InlineData("-variants", """{"id":"p","title":"T","handle":"h"}""")]
    [InlineData("-variants,-handle,-id", """{"id":"p","title":"T"}""")]
    [InlineData("-variants.options,-title,-variants.metadata", """{"id":"p","handle":"h","variants":[{"id":"v1","sku":"S1"},{"id":"v2","sku":"S2"}]}""")]
    [InlineData("-variants.options.option,-title,-handle,-variants.metadata", """{"id":"p","variants":[{"id":"v1","sku":"S1","options":[{"id":"o1","value":"L"}]},{"id":"v2","sku":"S2","options":[]}]}""")]
    public void A_selection_leaves(string? query, string expected) => Assert.Equal(expected, Cut(Product, query));

    [Theory]
    [InlineData("+tags")]
    [InlineData(" tags")]
    [InlineData("*tags")]
    [InlineData("tags.*")]
    [InlineData("*tags, +unknown")]
    [InlineData(" unknown, tags")] // «+unknown,+tags» of a client that does not encode the plus
    public void A_piece_with_a_modifier_adds_to_the_defaults(string query)
    {
        var answer = JsonDocument.Parse(Cut(Product, query)).RootElement;
        Assert.Equal(["id", "title", "handle", "variants", "tags"], answer.EnumerateObject().Select(p => p.Name));
    }

    [Theory]
    [InlineData("")]
    [InlineData(",")]
    [InlineData(" , ,")]
    [InlineData("+")]
    [InlineData("-")]
    [InlineData("+,-")]
    public void A_selection_of_nothing_is_the_defaults(string query) => Assert.Equal(Cut(Product, null), Cut(Product, query));

    [Theory]
    [InlineData("*")]
    [InlineData("**")]
    [InlineData("....")]
    [InlineData("+.,-.,*.,.*")]
    [InlineData("-.a.b..c")]
    [InlineData("\0,\uFFFF")]
    public void Nonsense_is_no_error(string query) => Assert.StartsWith("{\"id\":\"p\"", Cut(Product, query));

    [Fact]
    public void Ten_thousand_pieces_and_paths_of_a_thousand_steps_are_read()
    {
        Fields.Parse(string.Join(',', Enumerable.Range(0, 10_000).Select(i => $"f{i}")));
        Fields.Parse("+" + string.Join('.', Enumerable.Repeat("variants", 1000)));
    }

    [Fact]
    public void A_handler_learns_what_is_wanted()
    {
        var fields = Fields.Parse("+tags.value,-variants.options", Defaults);
        Assert.True(fields.Wants("variants"));
        Assert.False(fields.Wants("variants.options"));
        Assert.True(fields.Wants("tags"));
        Assert.False(fields.Wants("collection"));
        Assert.True(Fields.Parse(null, Defaults).Wants("variants.options.option"));
        Assert.True(Fields.All.Wants("anything.at.all"));
    }

    [Theory]
    [InlineData("""{"id":1,"a":"quote \" slash \\ / newline \n tab \t é \u00e9 😀 \ud83d\ude00"}""", "a")]
    [InlineData("""{"id":1,"na\"me\u0041":"x"}""", "na\"meA")]
    [InlineData("""{"id":1,"n":12345678901234567890.123456789,"e":1e-7,"z":-0.0}""", "n,e,z")]
    [InlineData("""{"id":1,"list":[[{"id":2,"a":[[]]},[{"id":3,"b":{}}]]]}""", "list.**")]
    public void Values_and_names_come_through_unchanged(string json, string fields)
    {
        var expected = JsonDocument.Parse(json).RootElement;
        var actual = JsonDocument.Parse(Cut(json, fields, [])).RootElement;
        Assert.True(JsonElement.DeepEquals(expected, actual), actual.GetRawText());
    }

    [Fact]
    public void Numbers_keep_their_digits() => Assert.Equal("""{"id":1,"n":10.50}""", Cut("""{"id":1,"n":10.50}""", "n", []));

    private static string Cut(string json, string? query) => Cut(json, query, Defaults);

    private static string Cut(string json, string? query, string[] defaults)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer)) JsonProjection.Write(writer, Encoding.UTF8.GetBytes(json), Fields.Parse(query, defaults));
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
