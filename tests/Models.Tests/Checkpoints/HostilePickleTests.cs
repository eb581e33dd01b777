using ClipGen.Models.Checkpoints;

namespace ClipGen.Models.Tests.Checkpoints;

/// <summary>Pickles that would run code, or cost far more than their size, are refused with a reason.</summary>
public sealed class HostilePickleTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_call_of_os_system_is_refused_by_name() => Refused("os.system", new PickleBytes().Global("os", "system").Op('(').Text("echo pwned").Op("tR"));

    [Fact]
    public void A_class_that_is_only_named_is_refused_already() => Refused("os.system", new PickleBytes().Op('}').Text("x").Global("os", "system").Op('s'));

    [Fact]
    public void A_class_named_through_the_stack_is_refused() => Refused("subprocess.Popen", new PickleBytes().Text("subprocess").Text("Popen").Raw(0x93));

    [Fact]
    public void Eval_among_the_builtins_is_refused() => Refused("builtins.eval", new PickleBytes().Global("builtins", "eval"));

    [Fact]
    public void INST_is_refused_with_its_class() => Refused("os.system", new PickleBytes().Op('(').Text("id").Op("ios\nsystem\n"));

    [Theory]
    [InlineData(new byte[] { (byte)'o' }, "OBJ")]
    [InlineData(new byte[] { 0x82, 1 }, "EXT1")]
    [InlineData(new byte[] { 0x83, 1, 0 }, "EXT2")]
    [InlineData(new byte[] { 0x84, 1, 0, 0, 0 }, "EXT4")]
    [InlineData(new byte[] { 0x92 }, "NEWOBJEX")]
    [InlineData(new byte[] { (byte)'P' }, "PERSID")]
    [InlineData(new byte[] { 0x97 }, "NEXTBUFFER")]
    [InlineData(new byte[] { 0xff }, "0xff")]
    public void Other_opcodes_are_refused_by_name(byte[] opcode, string name) => Refused(name, new PickleBytes().Op('(').Raw(opcode));

    [Fact]
    public void Only_TorchScript_classes_are_instantiated() => Refused("collections.OrderedDict", new PickleBytes().Global("collections", "OrderedDict").Op(')').Raw(0x81));

    [Fact]
    public void A_value_cannot_be_called() => Refused("cannot be called", new PickleBytes().Text("os.system").Op(")R"));

    [Fact]
    public void A_class_that_is_not_called_is_no_value() => Refused("where a value belongs", new PickleBytes().Op('}').Text("x").Global("torch", "FloatStorage").Op('s'));

    [Fact]
    public void An_unsupported_storage_is_named() => Refused("torch.ComplexFloatStorage", new PickleBytes().Global("torch", "ComplexFloatStorage"));

    [Fact]
    public void A_list_that_holds_itself_is_refused() => Refused("contains itself", new PickleBytes().Op("]q\0h\0a"));

    [Fact]
    public void A_module_that_holds_itself_is_refused() =>
        Refused("contains itself", new PickleBytes().Global("__torch__", "M").Op(')').Raw(0x81).Op("q\0}").Text("self").Op("h\0sb"));

    [Fact]
    public void Deep_nesting_is_refused() => Refused("deeper than 100", new PickleBytes().Repeat(200_000, "(").Op("N").Repeat(200_000, "t"));

    [Fact]
    public void Deep_nesting_of_a_shared_value_is_refused() =>
        Refused("deeper than 100", new PickleBytes().Op("](").Repeat(90, "]").Repeat(89, "a").Op("q\0").Repeat(90, "]").Op("h\0").Repeat(90, "a").Op('e'));

    [Fact]
    public void Values_that_double_at_every_level_are_refused()
    {
        var pickle = new PickleBytes().Op("]q\0");
        for (byte level = 0; level < 60; level++) pickle.Op("](h").Raw(level).Op('h').Raw(level).Op("eq").Raw((byte)(level + 1));
        Refused("out of proportion", pickle);
    }

    [Fact]
    public void Copies_of_one_text_are_counted() =>
        Refused("out of proportion", new PickleBytes().Global("_codecs", "encode").Op("q\0(").Text(new string('x', 100_000)).Text("latin1").Op("tq\u00010").Repeat(100_000, "h\0h\u0001R0"));

    [Fact]
    public void Containers_without_number_are_counted() => Refused("out of proportion", new PickleBytes().Op("](").Repeat(1_000_000, "}").Op('e'));

    [Fact]
    public void A_key_that_is_too_long_to_hash_often_is_refused() => Refused("1024", new PickleBytes().Op('}').Text(new string('k', 100_000)).Op("Ns"));

    [Theory]
    [InlineData(new byte[] { 0x8b, 0xff, 0xff, 0xff, 0x7f })] // LONG4
    [InlineData(new byte[] { 0x8b, 0xff, 0xff, 0xff, 0xff })]
    [InlineData(new byte[] { (byte)'X', 0xff, 0xff, 0xff, 0xff })] // BINUNICODE
    [InlineData(new byte[] { 0x8d, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff })] // BINUNICODE8
    [InlineData(new byte[] { 0x8d, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f })]
    [InlineData(new byte[] { (byte)'B', 0xf0, 0xff, 0xff, 0xff })] // BINBYTES
    [InlineData(new byte[] { 0x96, 0, 0, 0, 0, 1, 0, 0, 0 })] // BYTEARRAY8
    public void A_length_beyond_the_end_is_refused(byte[] opcode) => Refused("are left", new PickleBytes().Raw(opcode));

    [Theory]
    [InlineData("h\u0007", "slot 7")]
    [InlineData("0", "empty stack")]
    [InlineData("(0R", "empty stack")]
    [InlineData("t", "not opened")]
    [InlineData("(N\u0085(N\u0086", "empty stack")]
    [InlineData("N(Ns", "empty stack")]
    [InlineData("](NNu", "SetItems")]
    [InlineData("}(Nu", "SetItems")]
    [InlineData("Nb", "empty stack")]
    [InlineData("NNb", "Build")]
    [InlineData("NQ", "persistent id")]
    [InlineData("}]Ns", "only text and whole numbers")]
    public void Opcodes_in_the_wrong_place_are_refused(string opcodes, string reason) => Refused(reason, new PickleBytes().Op(opcodes));

    [Fact]
    public void Text_from_the_file_cannot_break_the_message_into_lines()
    {
        var error = Refused("evil", new PickleBytes().Text("evil\n2026-01-01 all is well\r").Text("f").Raw(0x93));
        Assert.DoesNotContain(error.Message, char.IsControl);
    }

    private CheckpointException Refused(string reason, PickleBytes pickle)
    {
        var bytes = pickle.Stop();
        var zip = Refused(reason, folder.Write("hostile.pt", TorchFiles.Zip(bytes)));
        Refused(reason, folder.Write("hostile_legacy.pt", TorchFiles.Legacy(bytes)));
        return zip;
    }

    private static CheckpointException Refused(string reason, string path)
    {
        var error = Assert.Throws<CheckpointException>(() => Checkpoint.LoadStateDict(path).Dispose());
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        Assert.StartsWith(path, error.Message, StringComparison.Ordinal);
        return error;
    }
}
