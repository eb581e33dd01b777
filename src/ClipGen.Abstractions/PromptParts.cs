using System.Globalization;

namespace ClipGen;

/// <summary>Makes of what was asked for the one way to say it, so that equal prompts are equal requests.</summary>
internal static class PromptParts
{
    /// <param name="check">Told of everything that must hold: whether it does, of which parameter, and what is wrong otherwise.</param>
    /// <returns>All of its text, and its parts; no parts for a text alone.</returns>
    public static (string Text, IReadOnlyList<PromptPart>? Parts) Of(GenerationParameters parameters, Action<bool, string, string> check)
    {
        if (parameters.Prompts is { } prompts)
        {
            check(parameters.Prompt is null && parameters.Image is null, "prompts", "cannot be given beside prompt or image; put those into it.");
            return Of(prompts, check);
        }
        if (parameters.Image is { } image)
        {
            CheckImage(image, "image", check);
            if (parameters.Prompt is null) return ("", [new() { Image = image }]);
            CheckText(parameters.Prompt, "prompt", check);
            return (parameters.Prompt, [new() { Text = parameters.Prompt }, new() { Image = image }]);
        }
        CheckText(parameters.Prompt, "prompt", check);
        return (parameters.Prompt ?? "", null);
    }

    private static (string Text, IReadOnlyList<PromptPart>? Parts) Of(IReadOnlyList<PromptPart> prompts, Action<bool, string, string> check)
    {
        check(prompts.Count is >= 1 and <= GenerationRequest.MaxPromptParts, "prompts", $"has {prompts.Count} parts; it must have 1 to {GenerationRequest.MaxPromptParts}.");
        for (int i = 0; i < prompts.Count; i++)
        {
            var part = prompts[i];
            string name = $"prompts[{i.ToString(CultureInfo.InvariantCulture)}]";
            check(part.Text is null != part.Image is null, name, "must have either text or image.");
            if (part.Text is { } text) CheckText(text, $"{name}.text", check);
            if (part.Image is { } image) CheckImage(image, $"{name}.image", check);
            check(part.Weight > 0 && double.IsFinite(part.Weight), $"{name}.weight", string.Create(CultureInfo.InvariantCulture, $"is {part.Weight}; it must be a positive number."));
        }
        string all = string.Join(" + ", prompts.Select(p => p.Text).OfType<string>());
        // Alone, a part's weight means nothing.
        return prompts is not [var only] ? (all, [.. prompts])
            : only.Image is null ? (all, null)
            : (all, [only with { Weight = 1 }]);
    }

    private static void CheckText(string? text, string name, Action<bool, string, string> check)
    {
        check(!string.IsNullOrWhiteSpace(text), name, "is empty; say what to draw.");
        check(!(text?.Length > GenerationRequest.MaxPromptLength), name, $"has {text?.Length} characters; at most {GenerationRequest.MaxPromptLength} are taken.");
    }

    private static void CheckImage(PromptImage image, string name, Action<bool, string, string> check) =>
        check(image.IsNamed, name, "must be named by the lower-case hex SHA-256 of its file.");
}
