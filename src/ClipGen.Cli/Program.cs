using System.Diagnostics;
using ClipGen.Training.Runs;
using ClipGen.Training.Shapes;
using TorchSharp;

var clock = Stopwatch.StartNew();
long last = -1;
var progress = new P(p => { if (p.Step / 20 == last) return; last = p.Step / 20; Console.WriteLine($"{clock.Elapsed.TotalSeconds:F1} {p.Stage} {p.Step}/{p.Steps} {string.Join(" ", p.Losses.Select(l => $"{l.Key}={l.Value:F4}"))} left {p.Remaining}"); });
torch.set_num_threads(2);
using var n = new ShapesTraining(new ShapesRecipe(), args[0], torch.CPU, progress).Run(default);
return 0;

sealed class P(Action<TrainingProgress> a) : IProgress<TrainingProgress> { public void Report(TrainingProgress value) => a(value); }
