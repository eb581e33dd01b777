using ClipGen.Cli.Inspecting;

namespace ClipGen.Cli.Generating;

/// <summary>What <c>clipgen generate</c> was asked.</summary>
/// <param name="PromptImages">Files of the images among the prompt.</param>
/// <param name="Model">A bundle's folder or name; with a cluster, the name of a model that it has.</param>
/// <param name="Out">Folder of the images.</param>
/// <param name="Threads">CPU threads; 0 for one each core.</param>
/// <param name="Cluster">Where the cluster meets that is to draw it; null for one in this process.</param>
/// <param name="Data">The cluster's data folder as it is seen from here; null leaves it to the other sources of configuration.</param>
/// <param name="From">The picture that is drawn again, to compare with; null for none.</param>
/// <param name="Images">The store that a cluster in this process keeps the images in; null leaves it to the environment.</param>
internal sealed record GenerateSettings(
    GenerationParameters Parameters, PromptImageFiles PromptImages, string Model, string Out, bool Grid, bool Json, int Threads, string Device, string? Cluster, string? Data, Picture? From, string? Images);
