namespace ClipGen.Cli.Generating;

/// <summary>What <c>clipgen generate</c> was asked.</summary>
/// <param name="Model">A bundle's folder or name.</param>
/// <param name="Out">Folder of the images.</param>
/// <param name="Threads">CPU threads; 0 for one each core.</param>
internal sealed record GenerateSettings(GenerationParameters Parameters, string Model, string Out, bool Grid, bool Json, int Threads, string Device);
