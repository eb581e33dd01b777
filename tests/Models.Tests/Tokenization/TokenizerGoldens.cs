using System.Text.Json;

namespace ClipGen.Models.Tests.Tokenization;

/// <summary>What the original's tokenizer makes of 217 strings; <c>tests/Shared/reference/README.md</c> tells how the file came to be.</summary>
internal sealed record TokenizerGoldens(int ContextLength, int VocabSize, int Start, int End, TokenizerGoldens.Case[] Cases)
{
    public sealed record Case(string Text, string Clean, int[] Tokens, int[] Ids, string Decoded);

    private static readonly JsonSerializerOptions SnakeCase = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public static TokenizerGoldens Load()
    {
        using var file = File.OpenRead(Repository.Reference("tokenizer_goldens.json"));
        return JsonSerializer.Deserialize<TokenizerGoldens>(file, SnakeCase)!;
    }
}
