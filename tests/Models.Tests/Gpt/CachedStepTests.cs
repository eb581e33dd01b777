using ClipGen.Models.Gpt;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGen.Models.Tests.Gpt;

/// <summary>One step of many slots with cached keys and values, against the full forward pass; by libtorch and by the CPU's own kernels.</summary>
public sealed class CachedStepTests : IDisposable
{
    private const int Block = 64;
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly IDisposable _noGrad = no_grad();
    private readonly Goldens _goldens = new("gpt_tiny_goldens.safetensors");
    private readonly int[][] _codes;
    private readonly float[][] _conds;

    public CachedStepTests()
    {
        _codes = [.. _goldens.Integers("indices").Select(code => (int)code).Chunk(Block - 1)];
        _conds = [.. _goldens.Floats("cond").Chunk(64)];
    }

    public static TheoryData<GptRunners> All => [.. Enum.GetValues<GptRunners>()];

    [Theory]
    [MemberData(nameof(All))]
    public void Equals_the_full_forward_at_every_position(GptRunners by)
    {
        var logits = Run(by, 2, [[(0, 0)], [(1, 0)]]);

        _goldens.Close("logits", stack([Whole(logits[0][0]), Whole(logits[1][0])]), 5e-5);
    }

    /// <summary>Three slots that start 0, 5 and 40 steps late; the third runs the first's sequence.</summary>
    [Theory]
    [MemberData(nameof(All))]
    public void Slots_may_stand_at_different_positions(GptRunners by)
    {
        var logits = Run(by, 3, [[(0, 0)], [(1, 5)], [(0, 40)]]);

        var expected = _goldens["logits"];
        TensorAssert.Close(expected[0], Whole(logits[0][0]), 5e-5, "slot 0");
        TensorAssert.Close(expected[1], Whole(logits[1][0]), 5e-5, "slot 1, 5 steps late");
        TensorAssert.Close(expected[0], Whole(logits[2][0]), 5e-5, "slot 2, 40 steps late");
    }

    /// <summary>The same number of slots gives the same bits, whoever sits in them before or beside.</summary>
    [Theory]
    [MemberData(nameof(All))]
    public void A_reused_slot_shows_nothing_of_its_former_sequence(GptRunners by)
    {
        var fresh = Run(by, 2, [[(1, 0)], []]);
        var reused = Run(by, 2, [[(0, 0), (1, 0)], [(1, 7), (0, 3)]]);

        TensorAssert.Same(Whole(fresh[0][0]), Whole(reused[0][1]), "the second sequence of a slot");
        _goldens.Close("logits", stack([Whole(reused[1][1]), Whole(reused[0][1])]), 5e-5);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void A_slots_result_does_not_depend_on_its_neighbours(GptRunners by)
    {
        var alone = Run(by, 8, [[], [], [], [(0, 0)], [], [], [], []]);
        var amongOthers = Run(by, 8, [[(1, 3)], [(0, 1)], [(1, 30)], [], [], [(0, 0)], [(1, 0)], [(0, 9)]]);

        TensorAssert.Same(Whole(alone[3][0]), Whole(amongOthers[5][0]), "a sequence among others, in another slot");
    }

    /// <summary>Which one it was computed on, an AMD Zen 3, is of no importance.</summary>
    [Fact]
    public void The_kernels_give_the_same_bits_on_every_processor()
    {
        var logits = Run(GptRunners.Kernels, 2, [[(0, 0)], [(1, 0)]]);

        byte[] bits = [.. logits.SelectMany(slot => slot[0]).SelectMany(row => row).SelectMany(BitConverter.GetBytes)];
        Assert.Equal("6ed2c4bb080ed7e6529fe28c14f800e1fec46b8ddf7cece3f2876d6a91122735", Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(bits)));
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Decodes_greedily_as_the_original(GptRunners by)
    {
        using var runner = Create(by, 2);
        int[] last = [0, 0];
        var drawn = new long[2 * Block];
        for (int position = 0; position < Block; position++)
        {
            runner.Step([new(0, position, last[0], _conds[0]), new(1, position, last[1], _conds[1])], threads: 1);
            for (int slot = 0; slot < 2; slot++) drawn[slot * Block + position] = last[slot] = Best(runner.Logits(slot));
        }

        Assert.Equal(_goldens.Integers("greedy"), drawn);
    }

    public void Dispose()
    {
        _noGrad.Dispose();
        _scope.Dispose();
    }

    private static int Best(ReadOnlySpan<float> logits) => Array.IndexOf(logits.ToArray(), logits.ToArray().Max());

    private static IGptRunner Create(GptRunners by, int slots) => by.Create(ReferenceModels.GptTiny(), slots);

    /// <summary>[T, V].</summary>
    private static Tensor Whole(float[][] logits) => tensor(logits.SelectMany(row => row).ToArray(), [Block, ReferenceModels.GptTinyConfig.VocabSize]);

    /// <summary>Runs each slot's sequences one after the other, each after its pause.</summary>
    /// <param name="plan">For each slot: golden row of a sequence, idle steps before it.</param>
    /// <returns>For each slot and sequence the logits [V] of all positions.</returns>
    private float[][][][] Run(GptRunners by, int slots, (int Row, int Pause)[][] plan)
    {
        using var runner = Create(by, slots);
        var logits = plan.Select(sequences => sequences.Select(_ => new float[Block][]).ToArray()).ToArray();
        var timelines = plan.Select(Timeline).ToArray();
        for (int time = 0; time < timelines.Max(timeline => timeline.Length); time++)
        {
            var rows = new List<GptRow>();
            var to = new List<(float[][] Sequence, int Position)>();
            for (int slot = 0; slot < slots; slot++)
            {
                if (At(timelines[slot], time) is not { } at) continue;
                int row = plan[slot][at.Sequence].Row;
                if (at.Position == 0) runner.Clear(slot);
                // Where a value is said to be ignored, something useless is put.
                rows.Add(at.Position == 0 ? new(slot, 0, 17, _conds[row]) : new(slot, at.Position, _codes[row][at.Position - 1], []));
                to.Add((logits[slot][at.Sequence], at.Position));
            }
            if (rows.Count == 0) continue;
            runner.Step([.. rows], threads: 1);
            for (int i = 0; i < to.Count; i++) to[i].Sequence[to[i].Position] = runner.Logits(i).ToArray();
        }
        return logits;

        static (int Sequence, int Position)? At((int, int)?[] timeline, int time) => time < timeline.Length ? timeline[time] : null;

        static (int Sequence, int Position)?[] Timeline((int Row, int Pause)[] sequences) =>
            [.. sequences.SelectMany((s, index) => Enumerable.Repeat<(int, int)?>(null, s.Pause).Concat(Enumerable.Range(0, Block).Select(position => ((int, int)?)(index, position))))];
    }
}
