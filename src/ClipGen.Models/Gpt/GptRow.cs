namespace ClipGen.Models.Gpt;

/// <summary>One position of one sequence in a step.</summary>
/// <param name="Slot">Where the sequence's keys and values are.</param>
/// <param name="Position">To fill: 0 to block size − 1.</param>
/// <param name="Code">The one before it; ignored at position 0.</param>
/// <param name="Condition">[C], the sequence's CLIP embedding; read at position 0.</param>
public readonly record struct GptRow(int Slot, int Position, int Code, float[] Condition);
