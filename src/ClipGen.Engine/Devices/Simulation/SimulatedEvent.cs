namespace ClipGen.Engine.Devices.Simulation;

/// <summary>Something that has happened in a batch and that someone is to be told.</summary>
/// <param name="Drawn">Codes that the sequence has.</param>
internal readonly record struct SimulatedEvent(SimulatedEventKind Kind, SimulatedSequence Sequence, int Drawn);

internal enum SimulatedEventKind
{
    Progress,
    Completed,
    Left,
    Crash,
}
