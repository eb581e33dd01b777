namespace ClipGen.Engine.Telemetry;

/// <summary>
/// Divides a device's time among all that it does at once: while shares with weights w₁, w₂, … are open, each is charged wᵢ / Σw of the time that
/// passes (the virtual time of fair queueing: Parekh and Gallager 1993). So what all are charged adds up to the time in which there was any.
/// Thread-safe.
/// </summary>
internal sealed class DeviceTime(TimeProvider time)
{
    private readonly Lock _gate = new();
    private long _at = time.GetTimestamp();
    private int _weight;        // of all shares together
    private double _perWeight;  // seconds that a weight of 1, open from the beginning, would have been charged
    private double _busy;       // seconds in which any share was open

    /// <summary>Seconds in which any share was open.</summary>
    public double BusySeconds
    {
        get
        {
            lock (_gate)
            {
                Advance();
                return _busy;
            }
        }
    }

    /// <param name="weight">From 0, with which nothing is charged.</param>
    public Share Open(int weight) => new(this, weight);

    private void Advance()
    {
        long now = time.GetTimestamp();
        double passed = (now - _at) / (double)time.TimestampFrequency;
        _at = now;
        if (_weight == 0) return;
        _busy += passed;
        _perWeight += passed / _weight;
    }

    /// <summary>Something that the device does, from when it is opened until it is disposed.</summary>
    internal sealed class Share : IDisposable
    {
        private readonly DeviceTime _device;
        private int _weight;
        private double _charged, _since;   // the latter in the device's seconds per weight

        internal Share(DeviceTime device, int weight)
        {
            _device = device;
            Weight = weight;
        }

        public int Weight
        {
            get
            {
                lock (_device._gate) return _weight;
            }
            set
            {
                lock (_device._gate)
                {
                    if (value == _weight) return;
                    Charge();
                    _device._weight += value - _weight;
                    _weight = value;
                }
            }
        }

        /// <returns>Seconds since it was opened that it has been charged; and seconds in which the device was busy, with whatever, to compare with an earlier reading.</returns>
        public (double Charged, double Busy) Read()
        {
            lock (_device._gate)
            {
                Charge();
                return (_charged, _device._busy);
            }
        }

        public void Dispose() => Weight = 0;

        private void Charge()
        {
            _device.Advance();
            _charged += _weight * (_device._perWeight - _since);
            _since = _device._perWeight;
        }
    }
}
