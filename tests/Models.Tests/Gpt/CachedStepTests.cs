using ClipGen.Models.Gpt;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGen.Models.Tests.Gpt;

/// <summary>One step of many slots with cached keys and values, against the full forward pass.</summary>
public sealed class CachedStepTests : IDisposable
{
    private const int Block = 64;
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly IDisposable _noGrad = no_grad();
    private readonly Goldens _goldens = new("gpt_tiny_goldens.safetensors");
    private readonly Models.Gpt.Gpt _gpt = ReferenceModels.GptTiny();
    private readonly long[][] _codes;
    private readonly float[][] _conds;

    public CachedStepTests()
    {
        _codes = [.. _goldens.Integers("indices").Chunk(Block - 1)];
        _conds = [.. _goldens.Floats("cond").Chunk(64)];
    }

    [Fact]
    public void Equals_the_full_forward_at_every_position()
    {
        var logits = Run(2, [[(0, 0)], [(1, 0)]]);

        _goldens.Close("logits", stack([stack(logits[0][0]), stack(logits[1][0])]), 5e-5);
    }

    /// <summary>Three slots that start 0, 5 and 40 steps late; the third runs the first's sequence.</summary>
    [Fact]
    public void Slots_may_stand_at_different_positions()
    {
        var logits = Run(3, [[(0, 0)], [(1, 5)], [(0, 40)]]);

        var expected = _goldens["logits"];
        TensorAssert.Close(expected[0], stack(logits[0][0]), 5e-5, "slot 0");
        TensorAssert.Close(expected[1], stack(logits[1][0]), 5e-5, "slot 1, 5 steps late");
        TensorAssert.Close(expected[0], stack(logits[2][0]), 5e-5, "slot 2, 40 steps late");
    }

    /// <summary>The same number of slots gives the same bits, whoever sits in them before or beside.</summary>
    [Fact]
    public void A_reused_slot_shows_nothing_of_its_former_sequence()
    {
        var fresh = Run(2, [[(1, 0)], []]);
        var reused = Run(2, [[(0, 0), (1, 0)], [(1, 7), (0, 3)]]);

        TensorAssert.Same(stack(fresh[0][0]), stack(reused[0][1]), "the second sequence of a slot");
        _goldens.Close("logits", stack([stack(reused[1][1]), stack(reused[0][1])]), 5e-5);
    }

    [Fact]
    public void A_slots_result_does_not_depend_on_its_neighbours()
    {
        var alone = Run(8, [[], [], [], [(0, 0)], [], [], [], []]);
        var amongOthers = Run(8, [[(1, 3)], [(0, 1)], [(1, 30)], [], [], [(0, 0)], [(1, 0)], [(0, 9)]]);

        TensorAssert.Same(stack(alone[3][0]), stack(amongOthers[5][0]), "a sequence among others, in another slot");
    }

    [Fact]
    public void Decodes_greedily_as_the_original()
    {
        using var cache = new KvCache(ReferenceModels.GptTinyConfig, 2, CPU);
        var codes = zeros([2], int64);
        var drawn = new List<Tensor>();
        for (int position = 0; position < Block; position++)
        {
            codes = _gpt.step(codes, _goldens["cond"], full([2], position, int64), cache).argmax(-1);
            drawn.Add(codes);
        }

        _goldens.Same("greedy", stack(drawn, 1));
    }

    public void Dispose()
    {
        _gpt.Dispose();
        _noGrad.Dispose();
        _scope.Dispose();
    }

    /// <summary>Runs each slot's sequences one after the other, each after its pause; an idle slot stays at position 0.</summary>
    /// <param name="plan">For each slot: golden row of a sequence, idle steps before it.</param>
    /// <returns>For each slot and sequence the logits [V] of all positions.</returns>
    private Tensor[][][] Run(int slots, (int Row, int Pause)[][] plan)
    {
        using var cache = new KvCache(ReferenceModels.GptTinyConfig, slots, CPU);
        var logits = plan.Select(sequences => sequences.Select(_ => new Tensor[Block]).ToArray()).ToArray();
        var timelines = plan.Select(Timeline).ToArray();
        for (int time = 0; time < timelines.Max(timeline => timeline.Length); time++)
        {
            long[] codes = new long[slots], positions = new long[slots];
            float[] conds = new float[slots * 64];
            for (int slot = 0; slot < slots; slot++)
            {
                if (At(timelines[slot], time) is not { } at) continue;
                int row = plan[slot][at.Sequence].Row;
                positions[slot] = at.Position;
                // Where a value is said to be ignored, something useless is put.
                codes[slot] = at.Position == 0 ? 17 : _codes[row][at.Position - 1];
                if (at.Position == 0) _conds[row].CopyTo(conds, slot * 64);
            }
            var step = _gpt.step(tensor(codes), tensor(conds, [slots, 64]), tensor(positions), cache);
            for (int slot = 0; slot < slots; slot++)
            {
                if (At(timelines[slot], time) is { } at) logits[slot][at.Sequence][at.Position] = step[slot];
            }
        }
        return logits;

        static (int Sequence, int Position)? At((int, int)?[] timeline, int time) => time < timeline.Length ? timeline[time] : null;

        static (int Sequence, int Position)?[] Timeline((int Row, int Pause)[] sequences) =>
            [.. sequences.SelectMany((s, index) => Enumerable.Repeat<(int, int)?>(null, s.Pause).Concat(Enumerable.Range(0, Block).Select(position => ((int, int)?)(index, position))))];
    }
}
