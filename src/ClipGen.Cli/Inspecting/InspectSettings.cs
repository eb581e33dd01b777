namespace ClipGen.Cli.Inspecting;

/// <summary>What <c>clipgen inspect</c> was asked.</summary>
/// <param name="Verify">Whether its codes are decoded again.</param>
/// <param name="Model">The bundle for that; null: the one that the picture names.</param>
/// <param name="Threads">CPU threads; 0 for one each core.</param>
internal sealed record InspectSettings(string File, bool Json, bool Verify, string? Model, string Device, int Threads);
